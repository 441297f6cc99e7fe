import type { Config } from '../config/config.ts'
import { forwardedHost, isForwardedHttps } from '../identity/address.ts'
import type { Request } from './facts.ts'

const HOST = /^([a-z0-9_.-]{1,255}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i

/**
 * Where browsers reach this service, without a slash at the end: `PUBLIC_URL`, else what the request itself was sent to.
 * A proxy's word counts only where it is trusted.
 */
export function ownAddress({ socket, headers }: Request, config: Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY'>): string {
  if (config.PUBLIC_URL !== undefined) return config.PUBLIC_URL
  const scheme = isForwardedHttps(socket.remoteAddress, headers, config.TRUST_PROXY) ? 'https' : 'http'
  const named = [forwardedHost(socket.remoteAddress, headers, config.TRUST_PROXY), headers.host]
  const host = named.find(name => name !== undefined && HOST.test(name))
  return `${scheme}://${host ?? `${bracketed(socket.localAddress ?? 'localhost')}:${socket.localPort}`}`
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
