/** Lines that an offer for a voice call cannot do without (RFC 8829, section 5.2). */
const NEEDED = [/^m=audio \d+ /m, /^a=ice-ufrag:\S/m, /^a=ice-pwd:\S/m, /^a=fingerprint:\S/m]

/**
 * Whether a text can be an SDP offer with audio. OpenAI judges the rest; this keeps back what is plainly none, so that
 * it costs neither a ticket nor a call.
 */
export function isSdpOffer(text: string): boolean {
  if (!/^v=0\r?\n/.test(text)) return false
  // One letter, an equals sign and a value without control characters (RFC 8866, section 5); an empty last line.
  const lines = text.split(/\r?\n/)
  if (lines.pop() !== '' || !lines.every(line => /^[a-z]=[^\p{Cc}]+$/u.test(line))) return false
  return NEEDED.every(line => line.test(text))
}
