import { InvalidOffer } from './types.ts'

/** Longer than any browser's offer of one microphone and one channel. */
const MAX_OFFER = 64 * 1024

const OPUS = /^a=rtpmap:\d+ opus\/48000\/2\s*$/im

/**
 * The offer without its candidates: the browser finds this end anyway, and looking up a `.local` one would send
 * multicast. @throws InvalidOffer unless it offers Opus and a data channel with all that a connection needs.
 */
export function readOffer(offer: string): string {
  if (offer.length > MAX_OFFER) throw new InvalidOffer('longer than 64 KiB')
  const lines = offer.split(/\r\n|\n/)
  if (lines[0] !== 'v=0') throw new InvalidOffer('does not begin with v=0')
  for (const [wanted, what] of WANTED) if (!wanted.test(offer)) throw new InvalidOffer(`has no ${what}`)
  return lines.filter(line => !line.startsWith('a=candidate:')).join('\r\n')
}

const WANTED: readonly (readonly [RegExp, string])[] = [
  [/^m=audio /m, 'audio'],
  [OPUS, 'Opus'],
  [/^m=application .*webrtc-datachannel/m, 'data channel'],
  [/^a=ice-ufrag:\S/m, 'a=ice-ufrag'],
  [/^a=ice-pwd:\S/m, 'a=ice-pwd'],
  [/^a=fingerprint:\S/m, 'a=fingerprint'],
]

/** The answer with candidates on `address` alone. */
export function onlyOn(address: string, answer: string): string {
  return answer
    .split('\r\n')
    .filter(line => !line.startsWith('a=candidate:') || line.split(' ')[4] === address)
    .join('\r\n')
}
