import { SENTENCES } from '../../packages/client/src/errors.ts'
import { table } from './markdown.ts'

/** The browser client's errors, as the user reads them. */
export function clientErrors(): string {
  return table(
    ['`code`', '`message`'],
    Object.entries(SENTENCES).map(([code, sentence]) => [`\`${code}\``, sentence]),
  )
}
