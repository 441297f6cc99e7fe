import { randomBytes } from 'node:crypto'

export type IdKind = 'sess' | 'item' | 'resp' | 'conv' | 'event' | 'call'

/** 21 random characters, as recorded. */
const tail = () => randomBytes(16).toString('base64url').slice(0, 21)

/** For instance `item_` and 21 random characters. */
export const newId = (kind: IdKind) => `${kind}_${tail()}`

/** A call and its session share their tail: `rtc_u0_X` and `sess_u0_X`. */
export const newCallIds = () => {
  const shared = `u0_${tail()}`
  return { callId: `rtc_${shared}`, sessionId: `sess_${shared}` }
}
