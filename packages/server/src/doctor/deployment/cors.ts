import { isSuccess } from '../../upstream/connection.ts'
import { type Answered, ask } from '../ask.ts'
import { type Finding, finding } from '../findings.ts'
import type { Visit } from './visit.ts'

/** An origin that nobody can have (RFC 2606). */
const FOREIGN = 'https://doctor.invalid'

/** What a page needs so that it may ask and read. */
export async function checkCors({ url, origin, headers }: Visit): Promise<Finding[]> {
  const options = `${url}/v1/realtime/options`
  const [preflight, mine, foreign] = await Promise.all([
    ask(`${url}/v1/realtime/token`, { method: 'OPTIONS', headers: { ...headers, ...PREFLIGHT, origin } }),
    ask(options, { headers: { ...headers, origin } }),
    ask(options, { headers: { ...headers, origin: FOREIGN } }),
  ])
  const refused = judgeMine(mine, origin)
  if (refused) return [refused]
  const found = [...judgePreflight(preflight, origin), ...judgeForeign(foreign), ...judgeExposed(mine)]
  return found.length > 0
    ? found
    : [finding('cors-works', `A page of ${origin} may ask and read; a foreign one may not.`)]
}

const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }

const mayRead = ({ headers }: Answered) => headers.get('access-control-allow-origin')

function lists({ headers }: Answered, header: string, wanted: string): boolean {
  const listed = (headers.get(header) ?? '').toLowerCase().split(/, */)
  return listed.includes(wanted.toLowerCase())
}

function judgeMine(answer: Answered, origin: string): Finding | undefined {
  const { status } = answer
  const reader = mayRead(answer)
  if (status === 403) return finding('deployment-origin-refused', `It refuses ${origin}.`)
  if (reader === null)
    return finding('deployment-cors-lacks', `It answers ${status} to ${origin}, which cannot read it.`)
  if (reader !== origin)
    return finding('deployment-cors-changed', `Asked from ${origin}, Access-Control-Allow-Origin is ${reader}.`)
  return undefined
}

function judgePreflight(answer: Answered, origin: string): Finding[] {
  const { status } = answer
  const faults = [
    isSuccess(status) ? '' : `its status is ${status}`,
    mayRead(answer) === origin ? '' : 'Access-Control-Allow-Origin is not the origin',
    lists(answer, 'access-control-allow-methods', 'POST') ? '' : 'POST is not allowed',
    lists(answer, 'access-control-allow-headers', 'content-type') ? '' : 'Content-Type is not allowed',
  ].filter(fault => fault !== '')
  return faults.length > 0
    ? [finding('deployment-preflight', `The preflight of a token request: ${faults.join(', ')}.`)]
    : []
}

function judgeForeign(answer: Answered): Finding[] {
  if (mayRead(answer) !== null)
    return [
      finding(
        'deployment-cors-changed',
        `A page of ${FOREIGN} could read its answers, which the service never allows.`,
      ),
    ]
  if (answer.status === 403) return []
  return [
    finding(
      'deployment-cors-changed',
      `It answers ${answer.status} to a page of ${FOREIGN} instead of 403: does Origin arrive?`,
    ),
  ]
}

const NEEDED = ['X-Request-ID', 'Retry-After', 'RateLimit']

function judgeExposed(answer: Answered): Finding[] {
  const hidden = NEEDED.filter(name => !lists(answer, 'access-control-expose-headers', name))
  const mixed = !lists(answer, 'vary', 'origin')
  return [
    ...(hidden.length > 0
      ? [finding('deployment-cors-changed', `Pages cannot read these headers: ${hidden.join(', ')}.`)]
      : []),
    ...(mixed
      ? [
          finding(
            'deployment-cors-changed',
            'Vary does not name Origin: a cache may answer one origin with what is for another.',
          ),
        ]
      : []),
  ]
}
