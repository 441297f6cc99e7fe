import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Registry } from 'prom-client'
import { ServiceError } from '../errors.ts'
import { scrub } from '../upstream/scrub.ts'
import { createCallEvents } from './call-events.ts'
import type { Logger } from './log.ts'

/** Call events, and what they wrote. */
function eventsOver() {
  const lines: Record<string, unknown>[] = []
  const write = (fields: object, msg: string) => void lines.push({ ...fields, msg })
  const logger = { info: write, warn: write, error: write } as unknown as Logger
  const registry = new Registry()
  const scrubbed = (text: string, ...more: string[]) => scrub(text, ['sk-test-of-nobody-0123456789', ...more])
  return { lines, registry, events: createCallEvents(logger, registry, () => 0, scrubbed) }
}

it('a fault of our own is told with the call, the kind of event, and where it was thrown, and is counted', async () => {
  const { lines, registry, events } = eventsOver()
  events.watchFailed('rtc_1', 'response.done', new TypeError('no such thing'), '')
  const [line] = lines
  assert.deepEqual([line?.msg, line?.call_id, line?.event], ['call_watch_failed', 'rtc_1', 'response.done'])
  assert.match(String(line?.cause), /^TypeError: no such thing\n {4}at .*call-events\.test/)
  assert.match(await registry.metrics(), /parker_call_faults_total\{place="event"\} 1/)
})

it('a cause holds neither our key nor the instructions of the call, though an error quotes them', () => {
  const { lines, events } = eventsOver()
  const quoting = new SyntaxError('Unexpected token in "Speak of wombats" near sk-test-of-nobody-0123456789')
  events.watchFailed('rtc_1', 'response.done', quoting, 'Speak of wombats and nothing else.')
  assert.doesNotMatch(JSON.stringify(lines), /wombats|of-nobody/)
})

it('what the store missed is told with the reason: in one line where it was away, with its place where we failed', () => {
  const { lines, events } = eventsOver()
  const away = new ServiceError('store_unavailable', { cause: new Error('the store did not answer in time') })
  events.storeMissed({ sessionId: 'sess_1' }, 'slot', away)
  events.storeMissed({ callId: 'rtc_1' }, 'drift', new TypeError('ours'))
  const [slot, drift] = lines
  assert.deepEqual([slot?.session_id, slot?.cause], ['sess_1', 'Error: the store did not answer in time'])
  assert.equal(drift?.call_id, 'rtc_1')
  assert.match(String(drift?.cause), /^TypeError: ours\n {4}at /)
})
