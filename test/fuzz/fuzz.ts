import { readdirSync } from 'node:fs'
import { type Instance, startInstance } from '../faults/instance.ts'
import { askToken } from '../harness/ask.ts'
import { API_KEY } from '../harness/service.ts'
import { type Behaviour, goodSecret, healthy, send, startUpstream } from '../harness/upstream.ts'
import { again } from './again.ts'
import { type Case, caseOf } from './cases.ts'
import { exchange } from './exchange.ts'
import { ADMIN_TOKEN, FORWARDED_PREFIX, JWT_SECRET, MARKER, OWN_PREFIX } from './ingredients.ts'
import { holdPromises } from './promises.ts'

/** What a run found. */
export interface FuzzResult {
  seed: number
  requests: number
  seconds: number
  /** Answers by status; `none` counts connections that were closed without one, as broken messages may be. */
  statuses: Record<string, number>
  secrets: number
  /** Resident memory of the largest instance, bytes: halfway, at the end, and the most. */
  memory: { halfway: number; end: number; most: number }
  /** The first case of each kind of failure, with how often it was seen. */
  failures: string[]
}

export interface FuzzPlan {
  seed: number
  requests: number
  /** Only this case. */
  only?: number | undefined
  onProgress?: (done: number) => void
}

const AT_ONCE = 24
/** Kinds of failure after which a run ends: something is wrong from the ground up. */
const MOST_FAILURES = 20
const MOST_MEMORY = 256 * 1_048_576
const MOST_GROWTH = 48 * 1_048_576
/** Files and connections that an idle instance may hold beyond those of its start. */
const MOST_DESCRIPTORS_MORE = 40

/** As different as settings allow, so that every step can refuse. */
const SETTINGS: Record<string, string>[] = [
  { TRUST_PROXY: '1', RATE_LIMIT_PER_MINUTE: '10', RATE_LIMIT_BURST: '5', ADMIN_TOKEN },
  {
    TRUST_PROXY: '10.0.0.0/8,127.0.0.0/8',
    POOL_ENABLED: 'true',
    REQUIRE_ORIGIN: 'true',
    SAFETY_IDENTIFIER: 'client',
    OPENAI_REALTIME_API: 'beta',
    LOG_LEVEL: 'trace',
  },
  {
    ADMIN_TOKEN,
    AUTH_JWT_SECRET: JWT_SECRET,
    AUTH_ISSUER: 'https://issuer.test/',
    AUTH_AUDIENCE: 'parker',
    POOL_ENABLED: 'true',
    CALLER_INSTRUCTIONS: 'refuse',
    LOG_LEVEL: 'trace',
  },
  { POOL_ENABLED: 'true', RATE_LIMIT_PER_DAY: '1000', RATE_LIMIT_GLOBAL_PER_DAY: '20000' },
]

/** Mints as OpenAI does, in the form that was asked for. */
const inEitherForm: Behaviour = (request, response, n) => {
  if (!request.url.endsWith('/sessions')) return healthy(request, response, n)
  const { value, expires_at, session } = goodSecret()
  send(response, 200, { ...(session as object), client_secret: { value, expires_at } })
}

/** What no log line may hold. */
const CONFIDENTIAL = [API_KEY, ADMIN_TOKEN, JWT_SECRET, MARKER, FORWARDED_PREFIX, '2001:db8:', OWN_PREFIX, 'ek_']

/** Sends so many generated cases to services that run for real, and holds every answer to the promises. Never throws for a finding. */
export async function fuzz({ seed, requests, only, onProgress }: FuzzPlan): Promise<FuzzResult> {
  const upstream = await startUpstream(inEitherForm)
  // A stand-in that remembered 100,000 requests would be what grows.
  const forget = setInterval(() => upstream.received.splice(0), 1000)
  const kinds = new Map<string, { first: string; times: number }>()
  const fail = (first: string, kind = first) => {
    const known = kinds.get(kind) ?? { first, times: 0 }
    kinds.set(kind, known)
    known.times++
  }
  const logged = leakFinder(fail)
  const instances = await Promise.all(
    SETTINGS.map(settings =>
      startInstance({ settings: { OPENAI_BASE_URL: upstream.baseUrl, ...settings }, onOutput: logged() }),
    ),
  )
  const opened = instances.map(({ pid }) => descriptors(pid))
  const statuses: Record<string, number> = {}
  const secrets = new Set<string>()
  const memory = { halfway: 0, end: 0, most: 0 }
  const largest = () => Math.max(...instances.map(({ memory }) => memory().all))
  const watch = setInterval(() => {
    memory.most = Math.max(memory.most, largest())
  }, 200)

  async function one(index: number): Promise<void> {
    const made = caseOf(seed, index)
    const { port } = instances[index % instances.length] as Instance
    const found = await exchange(port, made)
    const seen = found.answers.map(({ status }) => String(status))
    for (const status of seen.length > 0 ? seen : ['none']) statuses[status] = (statuses[status] ?? 0) + 1
    try {
      holdPromises(made, found, secrets)
    } catch (error) {
      const { message } = error as Error
      fail(describe(seed, made, port, error as Error, found.answers.at(0)?.text), message.slice(0, 60))
    }
  }

  const started = performance.now()
  try {
    if (only === undefined) {
      let next = 0
      const work = async () => {
        while (next < requests && kinds.size < MOST_FAILURES) {
          const index = next++
          if (index === Math.floor(requests / 2)) memory.halfway = largest()
          if (index % 5000 === 0) onProgress?.(index)
          await one(index)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    } else await one(only)
    const seconds = (performance.now() - started) / 1000
    memory.end = largest()
    memory.most = Math.max(memory.most, memory.end)
    if (memory.most > MOST_MEMORY) fail(`an instance took ${memory.most} bytes`)
    if (only === undefined && requests >= 20_000 && memory.end - memory.halfway > MOST_GROWTH)
      fail(`memory grew from ${memory.halfway} to ${memory.end} bytes`)
    await Promise.all(instances.map((instance, i) => wellAfter(instance, opened[i] ?? 0, fail)))
    const failures = [...kinds.values()].map(({ first, times }) => `${first}\n  seen ${times} times`)
    return {
      seed,
      requests: only === undefined ? requests : 1,
      seconds,
      statuses,
      secrets: secrets.size,
      memory,
      failures,
    }
  } finally {
    clearInterval(watch)
    clearInterval(forget)
    await Promise.all(instances.map(instance => instance.kill()))
    await upstream.close()
  }
}

function describe(seed: number, made: Case, port: number, { message }: Error, text = ''): string {
  return [
    `seed ${seed}, case ${made.index}: ${message.slice(0, 1000)}`,
    `  ${again(made, port)}`,
    `  answered: ${text.slice(0, 400)}`,
    `  again: node test/fuzz/run.ts --seed ${seed} --only ${made.index}`,
  ].join('\n')
}

/** It lives, answers, and holds no more open than before. */
async function wellAfter(
  { port, pid, alive, lastWords }: Instance,
  opened: number,
  fail: (text: string) => void,
): Promise<void> {
  if (!alive()) return fail(`an instance ended:\n${lastWords()}`)
  const health = await fetch(`http://127.0.0.1:${port}/healthz`)
  if (health.status !== 200) fail(`/healthz answers ${health.status}`)
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, origin: 'https://www.espn.com' }
  const { status } = await askToken(`http://127.0.0.1:${port}`, {}, headers)
  if (status !== 200) fail(`a good request gets ${status}`)
  const more = descriptors(pid) - opened
  if (more > MOST_DESCRIPTORS_MORE) fail(`${more} more descriptors are open than at the start`)
}

/** Looks through the output as it comes, over the seams of its pieces too. */
function leakFinder(fail: (text: string) => void): () => (text: string) => void {
  const longest = 200
  return () => {
    let tail = ''
    return text => {
      const all = tail + text
      for (const word of CONFIDENTIAL) {
        const at = all.indexOf(word)
        if (at !== -1) fail(`the log holds ${word}: ${all.slice(Math.max(0, at - 300), at + 100)}`)
      }
      if (all.includes('"level":"fatal"')) fail(`the log says: ${all.slice(-500)}`)
      tail = all.slice(-longest)
    }
  }
}

function descriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}
