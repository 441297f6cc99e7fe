/** Where requests go whose address cannot be read: nowhere, but by the way that all take. */
const NOWHERE = '/not-a-valid-address'

/**
 * The address that is routed: a path and its query. The router would answer a malformed one by itself, past every hook of
 * ours.
 */
export function routableUrl({ url = '/' }: { url?: string | undefined }): string {
  // Nothing to read, as in almost every address.
  if (url.startsWith('/') && !url.includes('%')) return url
  const address = withoutHost(url)
  try {
    decodeURI(address.split('?', 1)[0] ?? '')
    return address
  } catch {
    return NOWHERE
  }
}

/** As proxies are asked (RFC 9112, section 3.2.2), an address begins with a host, which may be any. */
function withoutHost(url: string): string {
  if (!/^https?:\/\//i.test(url)) return url
  const path = /^https?:\/\/[^/?#]+([/?][^#]*|)$/i.exec(url)?.[1]
  if (path === undefined) return NOWHERE
  return path.startsWith('/') ? path : `/${path}`
}
