import type { Session } from '../session.ts'
import type { TokenReply } from './token-schema.ts'

type Members = Partial<TokenReply>

/** Makes the JSON text of replies. What those of a shared session have in common, which is most of it, is made once. */
export function tokenTexts(commonOf: (session: Session) => Members): (session: Session, own: Members) => string {
  const remembered = new WeakMap<Session, string>()

  function commonText(session: Session): string {
    const known = remembered.get(session)
    if (known !== undefined) return known
    const text = membersText(commonOf(session))
    if (session.shared) remembered.set(session, text)
    return text
  }

  return (session, own) => `{${membersText(own)},${commonText(session)}}`
}

/** An object's members without its braces. */
function membersText(members: Members): string {
  return JSON.stringify(members).slice(1, -1)
}
