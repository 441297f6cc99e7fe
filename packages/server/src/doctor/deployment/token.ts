import { isPrivateHost } from '../../config/parse.ts'
import type { ErrorType } from '../../errors.ts'
import { at } from '../../json.ts'
import { type Answered, ask } from '../ask.ts'
import { type Finding, finding } from '../findings.ts'
import type { Visit } from './visit.ts'

/** Asks for a token as a browser does. The secret is dropped unread. */
export async function checkToken(visit: Visit): Promise<Finding[]> {
  const answer = await ask(`${visit.url}/v1/realtime/token`, {
    method: 'POST',
    headers: { ...visit.headers, origin: visit.origin, 'content-type': 'application/json' },
    body: '{}',
  })
  return answer.status === 200 ? judgeToken(answer, visit) : judgeRefusal(answer)
}

/** A token is whole, not stored by caches, and leads to where a browser can go. */
export function judgeToken({ json = {}, headers }: Pick<Answered, 'json' | 'headers'>, visit: Visit): Finding[] {
  const { client_secret: secret, web_rtc_url: webRtc, expires_in: seconds, model, voice } = json
  const way = typeof webRtc === 'string' ? URL.parse(webRtc) : null
  if (typeof secret !== 'string' || secret === '' || typeof seconds !== 'number' || !way)
    return [finding('token-odd', 'The answer to a token request lacks what it must have.')]
  const stored = !/\bno-store\b/.test(headers.get('cache-control') ?? '')
  const ticket = json.websocket_url === null
  const elsewhere = ticket && way.origin !== new URL(visit.url).origin
  const inside = !elsewhere && visit.publicHost && isPrivateHost(way.hostname)
  return [
    finding(
      'token-given',
      `It gave a token for ${model} with ${voice}, good for ${seconds} s. This cost ${ticket ? 'no' : 'one'} mint.`,
    ),
    ...(stored ? [finding('token-cached', 'Its Cache-Control does not say no-store.')] : []),
    ...(elsewhere ? [finding('calls-elsewhere', `web_rtc_url leads to ${way.origin}, not to ${visit.url}.`)] : []),
    ...(inside ? [finding('token-odd', `web_rtc_url leads to ${way.host}, where no browser comes.`, PUBLIC_BASE)] : []),
  ]
}

const PUBLIC_BASE = 'Set OPENAI_PUBLIC_BASE_URL there to the address at which browsers reach OpenAI.'

/** What an error of the service asks its operator to do. */
const FIXES: Partial<Record<ErrorType, string>> = {
  unauthenticated: "Callers need a JWT there: try with --header 'Authorization: Bearer <JWT>'.",
  rate_limited: 'Wait a minute. If nobody else asked from here, everyone is counted as one: see TRUST_PROXY.',
  budget_exhausted: 'Raise RATE_LIMIT_PER_DAY or RATE_LIMIT_GLOBAL_PER_DAY there, or wait for the next UTC day.',
  upstream_auth_failed: 'OpenAI refuses its key: run the doctor inside it, and set a new OPENAI_API_KEY.',
  insufficient_quota: "Add credit or raise the limit in OpenAI's dashboard.",
  model_unavailable: 'Set REALTIME_MODEL there to a model that the account has; the doctor inside it lists them.',
  upstream_rejected:
    'OpenAI refuses the session as it is set: look at DEFAULT_INSTRUCTIONS, REALTIME_VOICE and its log.',
  circuit_open: 'OpenAI has failed many times in a row there; its log says how.',
  upstream_unavailable: 'It cannot reach OpenAI: look at the way out, and at its log.',
  upstream_timeout: 'OpenAI is too slow for UPSTREAM_TIMEOUT_MS and UPSTREAM_DEADLINE_MS there.',
  auth_unavailable: 'It cannot reach AUTH_JWKS_URL.',
}

function judgeRefusal({ status, json }: Answered): Finding[] {
  const type = at(json, 'error', 'type')
  // The check of CORS says it already.
  if (type === 'origin_not_allowed') return []
  const known = typeof type === 'string' && /^[a-z_]{1,40}$/.test(type) ? type : ''
  const fix = Object.hasOwn(FIXES, known) ? FIXES[known as ErrorType] : undefined
  return [finding('token-refused', `It answered ${status} ${known} to a token request.`, fix)]
}
