import { modelState } from '../catalogue/models.ts'
import { at, parseJson } from '../json.ts'
import { type Answer, BrokenAnswer, connect } from '../upstream/connection.ts'
import { identityHeaders } from '../upstream/identity-headers.ts'
import { type Failure, judgeStatus } from '../upstream/outcome.ts'
import { errorNames } from '../upstream/scrub.ts'
import type { Context } from './context.ts'
import { type Finding, type FindingId, finding } from './findings.ts'
import { describeDeadEnd, describeDistance, milliseconds, reach } from './reach.ts'
import { notChecked } from './unread.ts'

/** OpenAI: how far it is, and what it says of the key, the model and the time. Asks for the list of models, which is free. */
export async function checkOpenAi(context: Context): Promise<Finding[]> {
  const { config, unread } = context
  const { hostname, protocol, port, host } = new URL(config.OPENAI_BASE_URL)
  const tls = protocol === 'https:'
  const way = await reach({ host: hostname, port: Number(port || (tls ? 443 : 80)), tls })
  if ('deadEnd' in way) return [finding('openai-unreachable', `${host}: ${describeDeadEnd(way.deadEnd)}.`)]
  const distance = describeDistance(way.distance)
  if (unread.has('OPENAI_API_KEY'))
    return [
      finding('openai-reached', `${host}: ${distance}.`),
      finding('not-checked', 'Key, model and clock were not checked: OPENAI_API_KEY is wrong.'),
    ]
  return askForModels(context, host, distance)
}

async function askForModels(context: Context, host: string, distance: string): Promise<Finding[]> {
  const { config, now } = context
  const connection = connect(config.OPENAI_BASE_URL, config.UPSTREAM_TIMEOUT_MS)
  const [asked, started] = [now(), performance.now()]
  try {
    const headers = identityHeaders(config)
    const request = { method: 'GET', path: '/models', headers } as const
    const answer = await connection.send(request, config.UPSTREAM_TIMEOUT_MS)
    const took = performance.now() - started
    return [
      finding('openai-reached', `${host}: ${distance}, answer ${milliseconds(took)}.`),
      ...(took > config.UPSTREAM_TIMEOUT_MS / 2
        ? [finding('openai-slow', `${host} took ${milliseconds(took)} to list its models.`)]
        : []),
      ...judgeAnswer(answer, context),
      ...judgeClock(answer, asked, now()),
    ]
  } catch (error) {
    if (!(error instanceof BrokenAnswer)) throw error
    if (error.breakage === 'invalid')
      return [finding('openai-odd', `${host} answered with what is not HTTP, or too much.`)]
    return [
      finding('openai-silent', `${host} took the connection (${distance}) and gave no answer: ${error.breakage}.`),
    ]
  } finally {
    await connection.close()
  }
}

/** What a refusal of the list means; the rest is odd. */
const REFUSALS: Partial<Record<Failure['type'], FindingId>> = {
  insufficient_quota: 'credit-gone',
  upstream_rate_limited: 'openai-failing',
  upstream_unavailable: 'openai-failing',
  upstream_overloaded: 'openai-failing',
  upstream_timeout: 'openai-failing',
}

function judgeAnswer(answer: Answer, context: Context): Finding[] {
  const parsed = parseJson(answer.body)
  const names = errorNames(at(parsed, 'error'), context.config.OPENAI_API_KEY.reveal())
  const said = `OpenAI answered ${answer.status}${names.code ? ` ${names.code}` : ''}`
  if (answer.status === 401) return [finding('key-refused', `${said}: it does not take the key.`)]
  if (answer.status === 403) return [finding('key-limited', `${said} to the list of models.`)]
  if (answer.status !== 200) {
    const failure = judgeStatus(answer.status, names)
    return [finding(REFUSALS[failure.type] ?? 'openai-odd', `${said} to the list of models.`)]
  }
  const listed = listedModels(parsed)
  if (!listed) return [finding('openai-odd', 'What answered 200 has no list of models.')]
  return [
    finding('key-valid', 'OpenAI takes the key.'),
    finding('credit-unseen', CREDIT),
    ...judgeModels(listed, context),
  ]
}

const CREDIT =
  'Whether there is credit cannot be told without spending: an account without any lists models and even mints secrets as usual, and fails only when a session speaks. Once it is known to fail, look at the billing page, and at parker_errors_total{type="insufficient_quota"}.'

interface Listed {
  id: string
  shutdown: string | undefined
}

function listedModels(parsed: unknown): Listed[] | undefined {
  const data = at(parsed, 'data')
  if (!Array.isArray(data)) return undefined
  return data.flatMap((model: { id?: unknown; shutdown_date?: unknown } | null) =>
    typeof model?.id === 'string'
      ? [{ id: model.id, shutdown: typeof model.shutdown_date === 'string' ? model.shutdown_date : undefined }]
      : [],
  )
}

const MOST_NAMED = 6

function judgeModels(listed: Listed[], { config, env, unread, now }: Context): Finding[] {
  const gap = notChecked('Whether OpenAI serves the models', ['REALTIME_MODEL', 'ALLOWED_MODELS'], unread)
  if (gap.length > 0) return gap
  const { served, shutdown } = modelState(config.REALTIME_MODEL, now())
  const ids = new Set(listed.map(({ id }) => id))
  const known = listed.find(({ id }) => id === served)
  const ending = known?.shutdown !== undefined && shutdown === undefined
  const strangers = config.ALLOWED_MODELS.filter(name => !ids.has(modelState(name, now()).served))
  return [
    known
      ? finding('model-served', `OpenAI serves ${served} to this key.`)
      : finding('model-unknown', `OpenAI does not list ${served} for this key.`, instead([...ids])),
    ...(ending ? [finding('model-ends', `OpenAI will shut ${served} down on ${known.shutdown}.`)] : []),
    ...(env.ALLOWED_MODELS && strangers.length > 0
      ? [finding('models-unknown', `OpenAI does not list ${strangers.join(', ')} of ALLOWED_MODELS for this key.`)]
      : []),
  ]
}

function instead(ids: string[]): string | undefined {
  const voices = ids.filter(id => id.includes('realtime')).slice(0, MOST_NAMED)
  return voices.length > 0 ? `Set REALTIME_MODEL to one that it lists: ${voices.join(', ')}.` : undefined
}

/** JWTs, expiries and waits are judged with more patience than this, seconds. */
const MOST_SKEW_SECONDS = 30

/** OpenAI's `Date` has whole seconds, so half a second is added. */
function judgeClock({ headers: { date } }: Answer, before: number, after: number): Finding[] {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  if (Number.isNaN(theirs)) return []
  const seconds = Math.round(((before + after) / 2 - theirs - 500) / 1000)
  if (Math.abs(seconds) <= MOST_SKEW_SECONDS)
    return [finding('clock-right', `The clock agrees with OpenAI's within ${Math.max(1, Math.abs(seconds))} s.`)]
  return [finding('clock-off', `The clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} OpenAI's.`)]
}
