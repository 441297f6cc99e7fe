import { DIFFICULTIES } from '../packages/server/src/catalogue/difficulties.ts'
import { MODES } from '../packages/server/src/catalogue/modes.ts'
import { SPORTS } from '../packages/server/src/catalogue/sports.ts'

/** Not about to retire, so that no answer carries further headers. */
const MODEL = 'gpt-realtime-2.1'
const VOICES = ['verse', 'cedar', 'marin']

/** Every session that the pickers of an extension could ask for with one model: what the load asks for in turn. */
export const SESSIONS: readonly object[] = VOICES.flatMap(voice =>
  Object.keys(DIFFICULTIES).flatMap(difficulty =>
    [undefined, ...Object.keys(SPORTS)].flatMap(sport =>
      [undefined, ...Object.keys(MODES)].map(mode => ({ model: MODEL, voice, difficulty, sport, mode })),
    ),
  ),
)

/** The text of a token request, as a browser on an allowed page sends it; `address` stands in `X-Forwarded-For`. */
function askText(session: object, address?: string): string {
  const body = JSON.stringify(session)
  return [
    'POST /v1/realtime/token HTTP/1.1',
    'Host: 127.0.0.1',
    'Origin: https://www.espn.com',
    ...(address === undefined ? [] : [`X-Forwarded-For: ${address}`]),
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

const TEXTS = SESSIONS.map(session => askText(session))

/** The requests of the load, one after another without end. */
export function asksInTurn(): () => string {
  let next = 0
  return () => TEXTS[next++ % TEXTS.length] as string
}

/** The same, each from a client of its own. */
export function asksOfManyClients(): () => string {
  let client = 0
  return () => {
    client++
    const address = `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`
    return askText(SESSIONS[client % SESSIONS.length] as object, address)
  }
}
