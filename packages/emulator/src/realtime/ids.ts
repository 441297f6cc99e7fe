import { randomBytes } from 'node:crypto'

export type IdKind = 'item' | 'resp' | 'conv' | 'event' | 'call'

/** For instance `item_` and 21 random characters, as recorded. */
export const newId = (kind: IdKind) => `${kind}_${randomBytes(16).toString('base64url').slice(0, 21)}`

/** A call and its session share their tail: `rtc_u0_X` and `sess_u0_X`. */
export const newCallIds = () => {
  const tail = `u0_${randomBytes(16).toString('base64url').slice(0, 21)}`
  return { callId: `rtc_${tail}`, sessionId: `sess_${tail}` }
}
