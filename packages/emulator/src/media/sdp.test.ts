import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOffer, answerOffersAt } from './peer.ts'
import { onlyOn, readOffer } from './sdp.ts'
import { InvalidOffer, type PeerEvents } from './types.ts'

const OFFER = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2113937151 0c1d.local 50000 typ host',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`,
  'a=setup:actpass',
  'a=mid:1',
  'a=sctp-port:5000',
  '',
]

const nobody: PeerEvents = { onOpen() {}, onMessage() {}, onFrame() {}, onClosed() {} }

describe('SDP', () => {
  it('an offer loses its candidates and nothing else', () => {
    const kept = OFFER.filter(line => !line.startsWith('a=candidate'))
    assert.equal(readOffer(OFFER.join('\r\n')), kept.join('\r\n'))
    assert.equal(readOffer(OFFER.join('\n')), kept.join('\r\n'))
  })

  for (const missing of ['v=0', 'm=audio', 'a=rtpmap', 'm=application', 'a=ice-ufrag', 'a=ice-pwd', 'a=fingerprint'])
    it(`an offer without ${missing} is invalid`, async () => {
      const offer = OFFER.filter(line => !line.startsWith(missing)).join('\r\n')
      await assert.rejects(answerOffer(offer, nobody), InvalidOffer)
    })

  for (const [name, offer] of [
    ['nothing', ''],
    ['prose', 'hello'],
    ['one too long', OFFER.join('\r\n') + 'a=x\r\n'.repeat(20_000)],
    ['one that leads nowhere', OFFER.join('\r\n').replace('a=mid:1', 'a=mid:')],
    ['one without a port for SCTP', OFFER.join('\r\n').replace('a=sctp-port:5000', '')],
  ] as const)
    it(`an offer that is ${name} is invalid`, async () => {
      await assert.rejects(answerOffer(offer, nobody), InvalidOffer)
    })

  it("an answer takes the browser's number for Opus", async () => {
    const { answer, close } = await answerOffer(OFFER.join('\r\n').replaceAll('111', '109'), nobody)
    close()
    assert.match(answer, /^m=audio \d+ \S+ 109\r$/m)
  })

  it('an answer names this address alone, and is lite, active and Opus', async () => {
    const { answer, close } = await answerOffersAt('127.0.0.1')(OFFER.join('\r\n'), nobody)
    close()
    const addresses = [...answer.matchAll(/^a=candidate:\S+ \d \S+ \d+ (\S+) /gm)].map(([, address]) => address)
    assert.deepEqual([...new Set(addresses)], ['127.0.0.1'])
    assert.match(answer, /^a=ice-lite\r$/m)
    assert.match(answer, /^a=setup:active\r$/m)
    assert.match(answer, /^a=rtpmap:111 opus\/48000\/2\r$/im)
    assert.doesNotMatch(onlyOn('10.0.0.1', answer), /a=candidate/)
  })
})
