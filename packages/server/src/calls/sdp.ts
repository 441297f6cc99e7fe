/**
 * Whether a text can be an SDP offer with audio. OpenAI judges the rest; this keeps back what is plainly none, so that
 * it costs neither a ticket nor a call.
 */
export function isSdpOffer(text: string): boolean {
  const lines = text.trimEnd().split(/\r?\n/)
  // One letter, an equals sign and a value without control characters (RFC 8866, section 5).
  return lines[0] === 'v=0' && lines.every(isSdpLine) && lines.some(line => /^m=audio \d+ /.test(line))
}

function isSdpLine(line: string): boolean {
  return /^[a-z]=[^\p{Cc}]+$/u.test(line)
}
