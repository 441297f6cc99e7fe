import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { isSdpOffer } from './sdp.ts'

const LINES = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=ice-ufrag:abcd']
const offer = (lines: string[], end = '\r\n') => lines.map(line => line + end).join('')

it('takes an offer with audio, whatever ends its lines', () => {
  assert.ok(isSdpOffer(offer(LINES)))
  assert.ok(isSdpOffer(offer(LINES, '\n')))
  assert.ok(isSdpOffer(offer(LINES).trimEnd()))
  assert.ok(isSdpOffer(`${offer(LINES)}\r\n`))
})

it('wants the version and audio', () => {
  for (const needed of [0, 4]) assert.ok(!isSdpOffer(offer(LINES.toSpliced(needed, 1))), LINES[needed])
})

it('takes nothing else', () => {
  const bad = [
    '',
    'v=0',
    '{}',
    ` ${offer(LINES)}`,
    offer(LINES.toSpliced(2, 0, '')),
    offer([...LINES, 'hello']),
    offer([...LINES, 'a=']),
  ]
  for (const text of [...bad, offer([...LINES, 'a=x\0y']), offer([...LINES, '--boundary'])])
    assert.ok(!isSdpOffer(text), JSON.stringify(text))
})

it('never fails, whatever comes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      assert.equal(isSdpOffer(text), false)
    }),
  )
})
