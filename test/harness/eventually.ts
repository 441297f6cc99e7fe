import { setTimeout as wait } from 'node:timers/promises'

/** Waits for what tells nobody when it comes true. @throws after 20 s */
export async function eventually(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (isTrue()) return
    await wait(20)
  }
  throw new Error(`never came true: ${isTrue}`)
}
