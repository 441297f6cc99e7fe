import type { Reply } from './facts.ts'

/** Whether the caller went before the answer was out; also where its connection was cut and has not said so yet. */
export function hasHungUp({ raw }: Reply): boolean {
  return (raw.destroyed || raw.req.socket.destroyed) && !raw.writableFinished
}

/** Aborts when the caller hangs up before the answer is out. */
export function hangUpSignal(reply: Reply): AbortSignal {
  if (hasHungUp(reply)) return AbortSignal.abort(new Error('the caller hung up'))
  const hangUp = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) hangUp.abort(new Error('the caller hung up'))
  })
  return hangUp.signal
}
