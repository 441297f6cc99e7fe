import ipaddr from 'ipaddr.js'
import { BadValue, list, type Parse } from './parse.ts'

type Cidr = ReturnType<typeof ipaddr.parseCIDR>

/** Whom to believe about the client's address. */
export type TrustProxy =
  | { kind: 'none' }
  | { kind: 'hops'; hops: number }
  | { kind: 'networks'; networks: Cidr[] }
  | { kind: 'railway' }

/** Reads `TRUST_PROXY`: `none`, `railway`, a number of hops, or networks as `10.0.0.0/8,fd00::/8`. */
export const trustProxy: Parse<TrustProxy> = value => {
  if (value === 'none' || value === '0') return { kind: 'none' }
  if (value === 'railway') return { kind: 'railway' }
  if (/^[1-9]\d?$/.test(value)) return { kind: 'hops', hops: Number(value) }
  return { kind: 'networks', networks: list(network, { min: 1 })(value) }
}

/** Four numbers, or something with colons; the shorthands that ipaddr.js knows besides would hide a typing error. */
const WRITTEN_OUT = /^\d+\.\d+\.\d+\.\d+(\/\d+)?$|:/

function network(part: string): Cidr {
  const cidr = readNetwork(part)
  if (cidr[1] === 0)
    throw new BadValue('trusts every address, so that callers could invent theirs; list your proxies only')
  return cidr
}

function readNetwork(part: string): Cidr {
  try {
    if (!WRITTEN_OUT.test(part)) throw new BadValue()
    if (part.includes('/')) return unmapped(ipaddr.parseCIDR(part))
    const address = ipaddr.process(part)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    throw new BadValue('is neither none, railway, a number of hops (1 to 99) nor a list of networks')
  }
}

/** `::ffff:10.0.0.0/104` as `10.0.0.0/8`: callers' addresses are compared in their IPv4 form. */
function unmapped([address, bits]: Cidr): Cidr {
  if (!('isIPv4MappedAddress' in address) || !address.isIPv4MappedAddress()) return [address, bits]
  return [address.toIPv4Address(), Math.max(0, bits - 96)]
}
