import { isPrivateHost } from '../../config/parse.ts'
import { type Environment, readValues } from '../../config/read.ts'
import { SECURITY_HEADERS } from '../../http/headers.ts'
import { type Answered, ask, NoAnswer } from '../ask.ts'
import { type Finding, finding } from '../findings.ts'
import type { Options } from '../options.ts'
import { checkAddress } from './address.ts'
import { checkCors } from './cors.ts'
import { checkToken } from './token.ts'
import type { Visit } from './visit.ts'

/** A running deployment, asked as a browser would. Of the settings here only ADMIN_TOKEN and ALLOWED_ORIGINS matter. */
export async function checkDeployment(url: string, options: Options, env: Environment): Promise<Finding[]> {
  const visit = visitTo(url, options, env)
  // Over plain http across the internet nothing is sent or asked for: some of it is confidential.
  if (visit.publicHost && url.startsWith('http:')) return [finding('deployment-plain-http', `${url} is plain http.`)]
  try {
    const health = await ask(`${url}/healthz`, { headers: visit.headers })
    const stop = judgeStranger(health)
    if (stop) return [stop]
    const found = await Promise.all([
      judgeHealth(health),
      checkReadiness(visit),
      judgeHeaders(health, url),
      checkMetrics(visit),
      checkCors(visit),
      options.token ? checkToken(visit) : [finding('token-not-asked', 'No token was asked for.')],
      checkAddress(visit),
    ])
    return found.flat()
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return [finding('deployment-unreachable', `${url} gives no answer (${error.message}).`)]
  }
}

function visitTo(url: string, { origin, headers }: Options, env: Environment): Visit {
  const { ADMIN_TOKEN, ALLOWED_ORIGINS = [] } = readValues(env).values
  return {
    url,
    headers,
    origin: origin ?? ALLOWED_ORIGINS.find(one => !one.includes('*')) ?? 'https://www.espn.com',
    adminToken: ADMIN_TOKEN?.reveal(),
    publicHost: !isPrivateHost(new URL(url).hostname),
  }
}

function judgeStranger({ status, headers, json }: Answered): Finding | undefined {
  if (status >= 300 && status <= 399)
    return finding('deployment-redirects', `It answers ${status} and sends on to ${headers.get('location')}.`)
  if (status !== 200 || json?.status !== 'healthy')
    return finding('deployment-stranger', `GET /healthz answered ${status}, not as this service does.`)
  return undefined
}

function judgeHealth({ json }: Answered): Finding[] {
  if (json?.openai_status === 'connected')
    return [finding('deployment-healthy', `Version ${json.version} answers and has reached OpenAI.`)]
  return [finding('deployment-openai-down', 'Its /healthz says that OpenAI is disconnected.')]
}

async function checkReadiness({ url, headers }: Visit): Promise<Finding[]> {
  const { status, json } = await ask(`${url}/readyz`, { headers })
  if (status === 200) return []
  return [
    finding('deployment-not-ready', `GET /readyz answered ${status} ${json?.status ?? ''}. ${json?.reason ?? ''}`),
  ]
}

/** Of any answer. */
export function judgeHeaders({ headers }: Pick<Answered, 'headers'>, url: string): Finding[] {
  const lost = ['X-Request-ID', ...Object.keys(SECURITY_HEADERS)].filter(name => !headers.has(name))
  const unaware = url.startsWith('https:') && !headers.has('Strict-Transport-Security')
  return [
    lost.length > 0
      ? finding('headers-lost', `These do not arrive: ${lost.join(', ')}.`)
      : finding('headers-fine', 'Security headers and request id arrive.'),
    ...(unaware ? [finding('no-hsts', 'Its answers over https have no Strict-Transport-Security.')] : []),
  ]
}

async function checkMetrics({ url, headers }: Visit): Promise<Finding[]> {
  const { status } = await ask(`${url}/metrics`, { headers })
  if (status === 200) return [finding('deployment-metrics-open', 'GET /metrics answered 200 without a token.')]
  return [finding('metrics-closed', `GET /metrics answered ${status} to a stranger.`)]
}
