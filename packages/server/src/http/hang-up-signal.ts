import type { Reply } from './facts.ts'

/** Aborts when the caller hangs up before the answer is out. */
export function hangUpSignal(reply: Reply): AbortSignal {
  const hangUp = new AbortController()
  if (reply.raw.destroyed && !reply.raw.writableFinished) hangUp.abort(new Error('the caller hung up'))
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) hangUp.abort(new Error('the caller hung up'))
  })
  return hangUp.signal
}
