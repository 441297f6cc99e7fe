/** Where requests go whose address cannot be decoded: nowhere, but by the way that all take. */
const NOWHERE = '/not-a-valid-address'

/** The address that is routed. The router would answer a malformed one by itself, past every hook of ours. */
export function routableUrl({ url = '/' }: { url?: string | undefined }): string {
  // Nothing to decode, as in almost every address.
  if (!url.includes('%')) return url
  try {
    decodeURI(url.split('?', 1)[0] ?? '')
    return url
  } catch {
    return NOWHERE
  }
}
