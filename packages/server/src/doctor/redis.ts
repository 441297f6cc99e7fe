import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { isPrivateHost } from '../config/parse.ts'
import { addressClass } from '../identity/address.ts'
import type { Secret } from '../secret.ts'
import { connectStore, patienceOf, replyCode, type Store } from '../store/redis.ts'
import { type Script, script } from '../store/script.ts'
import type { Context } from './context.ts'
import { type Finding, finding } from './findings.ts'
import { type Distance, describeDeadEnd, milliseconds, reach } from './reach.ts'
import { checkWrites } from './redis-writes.ts'

/** Redis, reached and asked as the service does it. */
export async function checkRedis({ config }: Context): Promise<Finding[]> {
  const { REDIS_URL: secret } = config
  if (!secret) return [finding('instances-unseen', INSTANCES)]
  const { hostname, protocol, port } = new URL(secret.reveal())
  const target = { host: hostname, port: Number(port || 6379), tls: protocol === 'rediss:' }
  const at = `${target.host}:${target.port}`
  const way = await reach(target)
  const distance = 'distance' in way ? way.distance : undefined
  return [
    ...(target.tls || staysPrivate(hostname, distance) ? [] : [finding('redis-plain', `${at} is asked without TLS.`)]),
    ...('deadEnd' in way
      ? [
          finding(
            'redis-unreachable',
            `${at}: ${describeDeadEnd(way.deadEnd)}. Without it ${WITHOUT[config.CALL_MODE]}.`,
          ),
        ]
      : await talk(secret, at, config)),
  ]
}

/** What the service does while Redis is away. */
const WITHOUT: Record<Config['CALL_MODE'], string> = {
  ephemeral: 'each instance counts alone, at half of each limit',
  unified: 'there are no new tickets and calls (503 store_unavailable)',
}

const INSTANCES =
  'Limits are counted in this process (no REDIS_URL). Whether several instances run cannot be seen from inside; if they do, each allows the full limits. Run one, or set REDIS_URL for all.'

/** By its name, or because that leads to private addresses only. */
function staysPrivate(hostname: string, distance: Distance | undefined): boolean {
  const inside = (address: string) => ['loopback', 'private'].includes(addressClass(address))
  return isPrivateHost(hostname) || (distance?.addresses.every(inside) ?? false)
}

/** Until Redis has taken user and password, milliseconds. */
const READY_MS = 5000

async function talk(secret: Secret, at: string, config: Config): Promise<Finding[]> {
  let found: (ready: boolean) => void = () => {}
  const ready = new Promise<boolean>(resolve => {
    found = resolve
  })
  const patienceMs = patienceOf(config)
  const store = connectStore(secret, systemClock, ({ up }) => up && found(true), patienceMs)
  const timer = setTimeout(() => found(false), READY_MS)
  try {
    if (!(await ready)) return [finding('redis-refuses', `${at} takes connections, but ${store.trouble}.`)]
    return await examine(store, at)
  } catch (error) {
    if (replyCode(error)) return [finding('redis-refuses', `${at} does not run our scripts.`)]
    const unanswered = `${at} leaves commands unanswered for ${patienceMs} ms, which the service takes for its absence`
    return [finding('redis-slow', `${unanswered}: ${WITHOUT[config.CALL_MODE]}.`)]
  } finally {
    clearTimeout(timer)
    store.close()
  }
}

const NOTHING = script('return 1')
/** `INFO` tells the policy also where a provider has closed `CONFIG`. */
const INFO = script(`return redis.call('INFO', 'memory') .. redis.call('INFO', 'server')`)
const SAMPLES = 5
/** Each token request waits for one command. */
const SLOW_MS = 50
/** Before, a script that had asked the time could not write. */
const OLDEST = 5

/** How often a command that found no answer in time is sent again, and how long the store rests before, milliseconds. */
const TRIES = 3
const REST_MS = 1100

/** Runs a script as the service does, but forgives a hiccup. Returns the answer and how long it took, milliseconds. */
async function insist(
  store: Store,
  text: Script,
  args: readonly string[] = [],
): Promise<{ answer: unknown; took: number }> {
  for (let tries = 1; ; tries++) {
    const started = performance.now()
    try {
      return { answer: await store.run(text, args), took: performance.now() - started }
    } catch (error) {
      if (tries === TRIES || replyCode(error)) throw error
      await sleep(REST_MS)
    }
  }
}

async function examine(store: Store, at: string): Promise<Finding[]> {
  const times: number[] = []
  for (let i = 0; i < SAMPLES; i++) times.push((await insist(store, NOTHING)).took)
  const latency = times.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0
  const info = String((await insist(store, INFO).catch(() => undefined))?.answer ?? '')
  const version = /^redis_version:([\w.]+)/m.exec(info)?.[1]
  const policy = /^maxmemory_policy:([\w-]+)/m.exec(info)?.[1]
  const unwritable = await checkWrites((text, args) => insist(store, text, args), at)
  const told = `version ${version ?? 'unknown'}, policy ${policy ?? 'unknown'}`
  return [
    finding('redis-reached', `${at}: ${milliseconds(latency)} a command, ${told}.`),
    ...(latency > SLOW_MS ? [finding('redis-slow', `${at}: ${milliseconds(latency)} a command.`)] : []),
    ...(policy === undefined ? [finding('redis-policy-unknown', `${at} does not tell its eviction policy.`)] : []),
    ...(policy !== undefined && policy !== 'noeviction'
      ? [finding('redis-evicts', `${at} has the policy ${policy}.`)]
      : []),
    ...(Number.parseInt(version ?? '', 10) < OLDEST ? [finding('redis-old', `${at} is version ${version}.`)] : []),
    ...unwritable,
  ]
}
