import { inspect } from 'node:util'

/**
 * A value that cannot be printed: string conversion, JSON, inspection and logging all give `[secret]`.
 * Only `reveal()` yields it, so every use of a secret can be found by searching for that word.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
