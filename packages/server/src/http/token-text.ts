import type { Session } from '../session.ts'
import type { TokenReply } from './schemas.ts'

/** What a session's replies have in common. */
type Common = Pick<TokenReply, 'model' | 'voice' | 'instructions'>

/** What a reply has of its own: the credential, and where to take it. */
export interface OwnMembers {
  credential: Pick<TokenReply, 'client_secret' | 'expires_at' | 'expires_in' | 'session_id'>
  use: Pick<TokenReply, 'report_key' | 'web_rtc_url' | 'websocket_url'>
}

/** Makes the JSON text of replies. What those of a shared session have in common, which is most of it, is made once. */
export function tokenTexts(): (session: Session, own: OwnMembers) => string {
  const remembered = new WeakMap<Session, string>()

  function commonOf(session: Session): string {
    const known = remembered.get(session)
    if (known !== undefined) return known
    const { model, voice, instructions } = session
    const text = members({ model: model.served, voice, instructions } satisfies Common)
    if (session.shared) remembered.set(session, text)
    return text
  }

  return (session, { credential, use }) => `{${members(credential)},${commonOf(session)},${members(use)}}`
}

/** An object's members without its braces. */
function members(object: object): string {
  return JSON.stringify(object).slice(1, -1)
}
