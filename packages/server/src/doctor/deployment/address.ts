import type { TrustProxy } from '../../config/trust-proxy.ts'
import type { AddressClass, AddressHeader } from '../../identity/address.ts'
import { type Answered, ask } from '../ask.ts'
import { type Finding, finding } from '../findings.ts'
import type { Visit } from './visit.ts'

/** What the self-check says of where a request came from. */
export interface Seen {
  client: { address: string; class: AddressClass; header: AddressHeader }
  socket: { class: AddressClass }
  trust_proxy: { kind: TrustProxy['kind']; hops: number | null }
  forwarded: { x_forwarded_for: number; x_real_ip: boolean; forwarded: boolean }
  shared_limits: boolean
}

/** An address that nobody has (RFC 5737). */
const MADE_UP = '192.0.2.66'
/** As many entries as anybody would ever trust by mistake. */
const FORGED = {
  'x-forwarded-for': Array.from({ length: 12 }, () => MADE_UP).join(', '),
  'x-real-ip': MADE_UP,
  forwarded: `for=${MADE_UP}`,
}

/** Asks the self-check twice, once honestly and once with forged headers, and compares. */
export async function checkAddress({ url, adminToken, publicHost }: Visit): Promise<Finding[]> {
  if (adminToken === undefined) return [finding('self-check-not-asked', 'ADMIN_TOKEN is not set here.')]
  const address = `${url}/v1/self-check`
  const operator = { authorization: `Bearer ${adminToken}` }
  const [honest, forged] = await Promise.all([
    ask(address, { headers: operator }),
    ask(address, { headers: { ...operator, ...FORGED } }),
  ])
  const [seen, fooled] = [readSeen(honest), readSeen(forged)]
  if (!seen || !fooled) return [refusedSelfCheck(honest.status === 200 ? forged.status : honest.status)]
  return [judgeAddress(seen, fooled, publicHost), ...(seen.shared_limits ? [] : [INSTANCES])]
}

const INSTANCES = finding(
  'deployment-instances-unseen',
  'It has no REDIS_URL. Whether several instances run cannot be seen from outside; if they do, each allows the full limits.',
)

function refusedSelfCheck(status: number): Finding {
  if (status === 401) return finding('self-check-not-asked', 'It does not take the ADMIN_TOKEN that is set here.')
  if (status !== 404) return finding('self-check-not-asked', `The self-check answered ${status}.`)
  return finding(
    'self-check-not-asked',
    'It has no self-check.',
    'Set ADMIN_TOKEN there (12 characters or more) and here.',
  )
}

/** Believed only as far as its shape goes. */
function readSeen({ status, json }: Answered): Seen | undefined {
  const { client, socket, trust_proxy: trust, forwarded } = (json ?? {}) as Partial<Seen>
  const whole = typeof client?.address === 'string' && socket && trust && typeof forwarded?.x_forwarded_for === 'number'
  return status === 200 && whole ? (json as unknown as Seen) : undefined
}

/** `honest` had no forwarded header of ours, so that what it has was written by the proxies on the way. */
export function judgeAddress(honest: Seen, forged: Seen, publicHost: boolean): Finding {
  const { client, trust_proxy: trust } = honest
  const proxies = honest.forwarded.x_forwarded_for
  if (forged.client.address === MADE_UP) return fooled(honest, forged.client.header)
  if (trust.hops !== null && trust.hops > proxies)
    return finding(
      'hops-too-many',
      `${hopsOf(trust)} trusted, but ${proxyCount(proxies)} on the way.`,
      setTrust(proxies),
    )
  if (trust.hops !== null && trust.hops < proxies)
    return finding(
      'hops-too-few',
      `${hopsOf(trust)} trusted, but ${proxyCount(proxies)} on the way: you are counted as ${client.address}, which is a proxy.`,
      setTrust(proxies),
    )
  if (client.header === null && isBehindProxy(honest)) return ignored(honest)
  if (publicHost && client.class !== 'public')
    return finding(
      'proxy-not-trusted',
      `You come from outside and are counted as ${client.address}, which is inside.`,
      isBehindProxy(honest)
        ? 'Trust every proxy on the way (TRUST_PROXY).'
        : 'Let the proxy in front write X-Forwarded-For, then set TRUST_PROXY=1 there.',
    )
  const by = client.header ?? 'the connection'
  return finding('address-right', `You are counted as ${client.address}, by ${by}; a made-up address was not believed.`)
}

function fooled({ trust_proxy: trust, forwarded }: Seen, header: AddressHeader): Finding {
  const proxies = forwarded.x_forwarded_for
  const what = `It took ${MADE_UP}, which the doctor had made up, from ${header}`
  if (trust.hops === null) return finding('address-forgeable', `${what} (TRUST_PROXY: ${trust.kind}).`)
  return finding(
    'hops-too-many',
    `${what}: ${hopsOf(trust)} trusted, but ${proxyCount(proxies)} on the way.`,
    setTrust(proxies),
  )
}

function isBehindProxy({ forwarded }: Seen): boolean {
  return forwarded.x_forwarded_for > 0 || forwarded.x_real_ip || forwarded.forwarded
}

/** A proxy tells the client's address, and nobody listens. */
function ignored({ client, trust_proxy: trust, forwarded }: Seen): Finding {
  const what = `A proxy tells where clients come from, but you are counted as ${client.address}, by the connection (TRUST_PROXY: ${trust.kind}).`
  if (trust.kind === 'networks')
    return finding('proxy-not-trusted', what, "Add the proxy's network to TRUST_PROXY there.")
  if (forwarded.x_forwarded_for === 0)
    return finding('proxy-not-trusted', what, 'Let the proxy write X-Forwarded-For, then set TRUST_PROXY=1 there.')
  return finding('proxy-not-trusted', what, setTrust(forwarded.x_forwarded_for))
}

const hopsOf = ({ hops }: Seen['trust_proxy']) => (hops === 1 ? '1 hop is' : `${hops} hops are`)
const proxyCount = (count: number) => (count === 1 ? 'there is 1 proxy' : `there are ${count} proxies`)
const setTrust = (proxies: number) => `Set TRUST_PROXY=${proxies === 0 ? 'none' : proxies} there.`
