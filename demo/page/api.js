/**
 * What came of a request for a token. `status` 0: no answer at all. Times in milliseconds; `totalMs` is the service's
 * own account and holds `openAiMs`; both are null where the answer does not tell.
 * @typedef {{status: number, headers: Headers, json: any, roundTripMs: number, totalMs: number | null,
 *   openAiMs: number | null, kind: 'warm' | 'cold' | 'ticket' | 'refused' | 'unanswered'}} Outcome
 */

/** What the answers last said of the minute's limit, and when that was. */
let budget = null
const budgetWatchers = []

/** The header counts whole seconds, and an answer takes its time. */
const SAME_WINDOW_MS = 5000

/** Longer than the service's own deadline (10 s), so that its answer comes first. */
const PATIENCE_MS = 15_000
/** That a browser opens to one host. Requests beyond wait for one, and their time runs. */
const CONNECTIONS = 6

/** Asks for a token, as one of so many at once, and never throws. @returns {Promise<Outcome>} */
export async function askToken(body, abreast = 1) {
  const started = performance.now()
  const answer = await post('/v1/realtime/token', body, PATIENCE_MS * Math.ceil(abreast / CONNECTIONS))
  const roundTripMs = performance.now() - started
  noteBudget(answer.headers)
  const { total = null, openai = null } = serverTiming(answer.headers)
  return { ...answer, roundTripMs, totalMs: total, openAiMs: openai, kind: kindOf(answer, openai) }
}

/** Only a ticket of the service's own has no WebSocket to go to. */
function kindOf({ status, json }, openAiMs) {
  if (status === 0) return 'unanswered'
  if (status !== 200) return 'refused'
  if (json.websocket_url === null) return 'ticket'
  return openAiMs === 0 ? 'warm' : 'cold'
}

/** Never throws: status 0 is no answer, or none that can be read. */
export async function post(path, body = {}, patienceMs = PATIENCE_MS) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    })
    return { status: response.status, headers: response.headers, json: await response.json() }
  } catch {
    return { status: 0, headers: new Headers(), json: null }
  }
}

/** `total;dur=452.1, openai;dur=450.3` as numbers by name. */
function serverTiming(headers) {
  const entries = (headers.get('server-timing') ?? '').matchAll(/(\w+);dur=([\d.]+)/g)
  return Object.fromEntries([...entries].map(([, name, duration]) => [name, Number(duration)]))
}

/** Answers may overtake each other: within one window the lowest figure is the newest. */
function noteBudget(headers) {
  const [, left, seconds] = /r=(\d+);t=(\d+)/.exec(headers.get('ratelimit') ?? '') ?? []
  const [, quota] = /q=(\d+)/.exec(headers.get('ratelimit-policy') ?? '') ?? []
  if (left === undefined || quota === undefined) return
  const resetsAt = performance.now() + seconds * 1000
  const sameWindow = budget !== null && Math.abs(budget.resetsAt - resetsAt) < SAME_WINDOW_MS
  budget = { quota: Number(quota), left: sameWindow ? Math.min(budget.left, left) : Number(left), resetsAt }
  for (const tell of budgetWatchers) tell(budget)
}

/** Tells of the minute's limit as of each answer. */
export const watchBudget = tell => budgetWatchers.push(tell)

const HINT = 'Open the one that npm run demo printed, or start it with ALLOWED_ORIGINS.'

/** In a few words, why there is no token. */
export function whyNot({ status, json }) {
  if (status === 0) return 'The service did not answer. Is npm run demo still running?'
  if (json?.error?.type === 'origin_not_allowed')
    return `This page’s own address, ${location.origin}, is not allowed. ${HINT}`
  return json?.error?.message ?? `Status ${status}`
}
