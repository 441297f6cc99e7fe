import type { IncomingHttpHeaders } from 'node:http'
import { systemClock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { looksLikeNoChromeExtension } from '../config/origin.ts'
import type { TrustProxy } from '../config/trust-proxy.ts'
import { ServiceError } from '../errors.ts'
import { judgeOrigin, judgeReferer, originOf, policyOf } from '../http/origins.ts'
import { hasForwardingHeader, locateClient } from '../identity/address.ts'
import type { Context } from './context.ts'
import { type Finding, finding } from './findings.ts'
import type { Options } from './options.ts'

/** Whether a token request with these headers would pass, judged by the functions that judge it in the service. */
export async function checkRequest({ config }: Context, { origin, headers }: Options): Promise<Finding[]> {
  const all: IncomingHttpHeaders = { ...headers, ...(origin === undefined ? {} : { origin }) }
  const refused = [...originFindings(all, config), ...(await jwtFindings(all, config))]
  const address = addressFindings(all, config.TRUST_PROXY)
  const passes = refused.length > 0 ? [] : [finding('request-passes', `A POST with ${described(all)} would pass.`)]
  return [...passes, ...refused, ...address]
}

function described({ origin }: IncomingHttpHeaders): string {
  return origin === undefined ? 'no Origin' : `Origin ${origin}`
}

function originFindings({ origin, referer }: IncomingHttpHeaders, config: Config): Finding[] {
  const policy = policyOf(config)
  const found: Finding[] = []
  const verdict = judgeOrigin(origin, 'POST', policy)
  if (verdict === 'missing') found.push(finding('request-no-origin', 'A POST without Origin is refused.'))
  if (verdict === 'not_allowed' && origin !== undefined)
    found.push(
      finding('request-origin', `ALLOWED_ORIGINS has no ${origin}.`, originFix(origin, config.ALLOWED_ORIGINS)),
    )
  if (judgeReferer(referer, policy) === 'not_allowed')
    found.push(
      finding(
        'request-referer',
        `ALLOWED_ORIGINS has no ${originOf(referer ?? '') || 'origin like that of the Referer'}.`,
      ),
    )
  if (verdict === 'allowed' && origin !== undefined && !policy.cors(origin))
    found.push(finding('request-unreadable', `CORS_ORIGINS has no ${origin}.`))
  return found
}

/** Knows the usual slips: what was typed is no origin, or a near relative of one that is allowed. */
function originFix(origin: string, allowed: readonly string[]): string | undefined {
  if (origin === 'null') return 'Sandboxed pages and files send null, which is never allowed: ask from a real origin.'
  if (looksLikeNoChromeExtension(origin))
    return 'Chrome makes ids of 32 letters, a to p: copy it from chrome://extensions.'
  const parsed = URL.parse(origin)
  const sent = parsed && /^https?:$/.test(parsed.protocol) ? parsed.origin : origin
  if (sent !== origin)
    return `Browsers send ${sent}${allowed.includes(sent) ? ', which is allowed' : ''}: without path, slash or capitals.`
  const bare = (text: string) => text.replace(/^https?:\/\/(www\.)?|:\d+$/g, '')
  const relative = allowed.find(one => bare(one) === bare(origin))
  return `Add ${origin} to ALLOWED_ORIGINS${relative ? `; ${relative} is there, but it is another origin` : ''}.`
}

async function jwtFindings({ authorization }: IncomingHttpHeaders, { jwt }: Config): Promise<Finding[]> {
  if (!jwt) return []
  const { jwtVerifier } = await import('../identity/jwt.ts')
  try {
    await jwtVerifier(jwt, systemClock)(authorization)
    return []
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    if (error.type !== 'auth_unavailable') return [finding('request-jwt', error.message)]
    const unchecked = 'Whether its JWT holds was not checked: the keys of AUTH_JWKS_URL cannot be had.'
    return [finding('not-checked', unchecked, 'Mend what is said of the keys of sign-in, and run the doctor again.')]
  }
}

/** The connection is not known; it is taken to come from a proxy where one is trusted. */
function addressFindings(headers: IncomingHttpHeaders, trust: TrustProxy): Finding[] {
  const socket = trust.kind === 'networks' ? (trust.networks[0]?.[0].toString() ?? '127.0.0.1') : '127.0.0.1'
  const { address, header } = locateClient(socket, headers, trust)
  if (trust.kind === 'none' && hasForwardingHeader(headers))
    return [finding('request-proxy-ignored', 'It has a forwarded header, which TRUST_PROXY=none does not believe.')]
  if (trust.kind === 'hops' && !header && hasForwardingHeader(headers))
    return [finding('request-few-hops', `X-Forwarded-For has fewer entries than TRUST_PROXY=${trust.hops} proxies.`)]
  const counted = header ? `as ${address}, by ${header}` : "by the connection's own address"
  return [finding('request-counted', `It would be counted ${counted} (TRUST_PROXY: ${trust.kind}).`)]
}
