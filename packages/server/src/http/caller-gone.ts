import type { Reply } from './facts.ts'

/** Whether the caller went before the answer was out; also where its connection was cut and has not said so yet. */
export function isGone({ raw }: Reply): boolean {
  return (raw.destroyed || raw.req.socket.destroyed) && !raw.writableFinished
}

/** Aborts when the caller goes before the answer is out. */
export function goneSignal(reply: Reply): AbortSignal {
  if (isGone(reply)) return AbortSignal.abort(callerGone())
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(callerGone())
  })
  return gone.signal
}

/** Nobody reads it: the log knows such requests by their status. */
export function callerGone(): Error {
  return new Error('the caller has gone')
}
