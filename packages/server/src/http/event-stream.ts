import { PassThrough } from 'node:stream'
import type { Monitor } from '../monitor/monitor.ts'

/** A watcher who is so far behind is let go; bytes. */
const MOST_BEHIND = 4_194_304

/** The events of a watch as text, `about` first. A watcher who goes away, or falls too far behind, is forgotten. */
export function eventStream(monitor: Pick<Monitor, 'watch'>, about: object): PassThrough {
  const stream = new PassThrough()
  const send = (event: string, json: string) => stream.write(`event: ${event}\ndata: ${json}\n\n`)
  send('about', JSON.stringify(about))
  const stop = monitor.watch((event, json) => {
    send(event, json)
    if (event === 'end') stream.end()
    else if (stream.readableLength + stream.writableLength > MOST_BEHIND) stream.destroy()
  })
  stream.on('close', stop)
  return stream
}
