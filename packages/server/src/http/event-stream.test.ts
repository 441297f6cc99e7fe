import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import type { Watcher } from '../monitor/monitor.ts'
import { eventStream } from './event-stream.ts'

/** A stream, with what drives it. */
function stage() {
  const watching: { tell?: Watcher; stopped: boolean } = { stopped: false }
  const stream = eventStream(
    {
      watch(watcher) {
        watching.tell = watcher
        return () => {
          watching.stopped = true
        }
      },
    },
    { version: '1' },
  )
  return { watching, stream, tell: watching.tell as Watcher }
}

describe('a stream of events', () => {
  it('is server-sent events in the order they came, and ends after the last', async () => {
    const { stream, tell } = stage()
    tell('now', '{"a":1}')
    tell('end', '{}')
    const text = (await stream.toArray()).join('')
    assert.equal(text, 'event: about\ndata: {"version":"1"}\n\nevent: now\ndata: {"a":1}\n\nevent: end\ndata: {}\n\n')
  })

  it('forgets a reader who went away', async () => {
    const { stream, watching } = stage()
    stream.destroy()
    await once(stream, 'close')
    assert.equal(watching.stopped, true)
  })

  it('lets a reader go who does not read', async () => {
    const { stream, tell, watching } = stage()
    const closed = once(stream, 'close')
    for (let i = 0; i < 50 && !stream.destroyed; i++) tell('now', JSON.stringify('x'.repeat(100_000)))
    await closed
    assert.equal(watching.stopped, true)
  })

  it('keeps one who reads, however much there is', () => {
    const { stream, tell } = stage()
    for (let i = 0; i < 100; i++) {
      tell('now', JSON.stringify('x'.repeat(100_000)))
      while (stream.read() !== null);
    }
    assert.equal(stream.destroyed, false)
  })
})
