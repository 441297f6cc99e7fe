import type { IncomingHttpHeaders } from 'node:http'
import ipaddr from 'ipaddr.js'
import type { TrustProxy } from '../config/trust-proxy.ts'

type Address = ReturnType<typeof ipaddr.parse>
type Networks = Extract<TrustProxy, { kind: 'networks' }>['networks']

/** The header that told a client's address; null where the connection itself did. */
export type AddressHeader = 'x-forwarded-for' | 'x-real-ip' | null

/**
 * The address a client is counted by: an IPv4 address, or the /64 of an IPv6 one, since a household or an attacker
 * owns at least that much. `unknown` where the socket has no address (already closed).
 */
export function clientAddress(
  socketAddress: string | undefined,
  headers: IncomingHttpHeaders,
  trust: TrustProxy,
): string {
  return locateClient(socketAddress, headers, trust).address
}

/** As `clientAddress`, and which header it was taken from. */
export function locateClient(
  socketAddress: string | undefined,
  headers: IncomingHttpHeaders,
  trust: TrustProxy,
): { address: string; header: AddressHeader } {
  if (trust.kind === 'none') return { address: countedAs(socketAddress), header: null }
  const socket = parse(socketAddress)
  const forwarded = trust.kind === 'railway' ? parse(headers['x-real-ip']) : fromChain(socket, headers, trust)
  if (!forwarded || forwarded === socket) return { address: countedAs(socketAddress), header: null }
  return { address: normalised(forwarded), header: trust.kind === 'railway' ? 'x-real-ip' : 'x-forwarded-for' }
}

function fromChain(
  socket: Address | undefined,
  headers: IncomingHttpHeaders,
  trust: Exclude<TrustProxy, { kind: 'none' | 'railway' }>,
): Address | undefined {
  const header = headers['x-forwarded-for']
  const chain = typeof header === 'string' ? header.split(',') : []
  return trust.kind === 'hops' ? parse(chain.at(-trust.hops)) : firstUntrusted(socket, chain, trust.networks)
}

/** Walks from the socket leftwards past the networks we trust; what a trusted proxy saw counts, nothing beyond. */
function firstUntrusted(socket: Address | undefined, chain: string[], networks: Networks): Address | undefined {
  let client = socket
  for (let i = chain.length - 1; i >= 0 && isWithin(client, networks); i--) {
    const next = parse(chain[i])
    if (!next) return client
    client = next
  }
  return client
}

function isWithin(address: Address | undefined, networks: Networks): boolean {
  return networks.some(([network, bits]) => network.kind() === address?.kind() && address.match(network, bits))
}

/** Reads an address as proxies write it: with or without a port, with or without brackets, IPv4 inside IPv6 as IPv4. */
function parse(text: string | string[] | undefined): Address | undefined {
  if (typeof text !== 'string' || text.length > 64) return undefined
  const bare = text
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  return /^[\da-fA-F.:]+$/.test(bare) && /\d+\.\d+\.\d+\.\d+$|:/.test(bare) && ipaddr.isValid(bare)
    ? ipaddr.process(bare)
    : undefined
}

function normalised(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString()
  const groups = (address as ReturnType<typeof ipaddr.IPv6.parse>).parts.slice(0, 4)
  return `${groups.map(group => group.toString(16)).join(':')}::/64`
}

const PLAIN_IPV4 = /^\d+\.\d+\.\d+\.\d+$/

function countedAs(socketAddress: string | undefined): string {
  if (socketAddress === undefined) return 'unknown'
  // Node writes an IPv4 peer of a dual-stack socket as ::ffff:1.2.3.4; the common case needs no parser.
  const bare = socketAddress.startsWith('::ffff:') ? socketAddress.slice(7) : socketAddress
  if (PLAIN_IPV4.test(bare)) return bare
  const address = parse(socketAddress.replace(/%.*$/, ''))
  return address ? normalised(address) : 'unknown'
}

/** Headers by which proxies tell the client's address. */
const FORWARDING_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded'] as const

/** Whether a proxy seems to stand in front: under `none` that means all clients share one address. */
export function hasForwardingHeader(headers: IncomingHttpHeaders): boolean {
  return FORWARDING_HEADERS.some(name => headers[name] !== undefined)
}

/** Whether what stands in front of us is trusted. */
function isTrusted(socketAddress: string | undefined, trust: TrustProxy): boolean {
  if (trust.kind === 'networks') return isWithin(parse(socketAddress), trust.networks)
  return trust.kind !== 'none'
}

/** What the outermost of the proxies we trust put into a list that each may have added to. */
function toldBy(header: string | string[] | undefined, trust: TrustProxy): string | undefined {
  if (typeof header !== 'string') return undefined
  const entries = header.split(',')
  return (entries.at(trust.kind === 'hops' ? -trust.hops : -1) ?? entries[0])?.trim()
}

/** Whether the browser speaks https, as far as a proxy tells whom we trust. */
export function isForwardedHttps(
  socketAddress: string | undefined,
  headers: IncomingHttpHeaders,
  trust: TrustProxy,
): boolean {
  return toldBy(headers['x-forwarded-proto'], trust)?.toLowerCase() === 'https' && isTrusted(socketAddress, trust)
}

/** The host that the browser asked, if a proxy tells whom we trust. */
export function forwardedHost(
  socketAddress: string | undefined,
  headers: IncomingHttpHeaders,
  trust: TrustProxy,
): string | undefined {
  return isTrusted(socketAddress, trust) ? toldBy(headers['x-forwarded-host'], trust) : undefined
}

/** Where an address belongs. */
export type AddressClass = 'loopback' | 'private' | 'public' | 'unknown'

const CLASSES: Record<string, AddressClass> = {
  loopback: 'loopback',
  unspecified: 'unknown',
  private: 'private',
  uniqueLocal: 'private',
  linkLocal: 'private',
  carrierGradeNat: 'private',
}

/** All that `clientAddress` leaves of `::1`. */
const LOOPBACK_64 = '0:0:0:0::/64'

/** Sorts an address, or the /64 that `clientAddress` made of one. */
export function addressClass(address: string | undefined): AddressClass {
  if (address === LOOPBACK_64) return 'loopback'
  const parsed = parse(address?.replace(/%.*$|\/64$/, ''))
  return parsed ? (CLASSES[parsed.range()] ?? 'public') : 'unknown'
}
