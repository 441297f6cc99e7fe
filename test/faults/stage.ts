import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../harness/free-port.ts'
import { type RedisServer, startRedis } from '../harness/redis.ts'
import { type Conditions, type Instance, startInstance } from './instance.ts'
import { type StandIn, startStandIn } from './stand-in.ts'

/** What a fault is played on. */
export interface Stage {
  redis: RedisServer | undefined
  openAi: StandIn
  instances: Instance[]
  /** A folder of the stage's own, empty at first. */
  folder: string
  /** Starts an instance anew on the port it had. */
  restart(i: number): Promise<void>
  close(): Promise<void>
}

export interface Setting {
  instances: 1 | 2
  redis?: true
  settings?: Record<string, string>
  /** What instances run under, made for the stage. */
  conditions?(
    stage: Pick<Stage, 'folder' | 'openAi'>,
  ): Omit<Conditions, 'settings'> & { settings?: Record<string, string> }
}

/** What a client may do in a minute; the one that asks for more is watched. */
export const LIMIT = 20

/** Long enough for a slow answer, short enough for a short run. */
const UPSTREAM_TIMEOUT_MS = 3000
const UPSTREAM_DEADLINE_MS = 4000
const CIRCUIT_RESET_SECONDS = 1

/** Settings other than the defaults; the page tells them. */
export const STAGE_SETTINGS: Record<string, string> = {
  POOL_ENABLED: 'true',
  TRUST_PROXY: '1',
  RATE_LIMIT_PER_MINUTE: String(LIMIT),
  RATE_LIMIT_BURST: '20',
  MAX_IN_FLIGHT: '1000',
  CIRCUIT_FAILURE_THRESHOLD: '5',
  CIRCUIT_RESET_SECONDS: String(CIRCUIT_RESET_SECONDS),
  UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
  UPSTREAM_DEADLINE_MS: String(UPSTREAM_DEADLINE_MS),
  HEALTH_CHECK_INTERVAL: '1',
  POOL_MINTS_PER_MINUTE: '100000',
}

export async function setStage(setting: Setting): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'parker-fault-'))
  const [openAi, redis] = await Promise.all([
    startStandIn(UPSTREAM_DEADLINE_MS + 1000),
    setting.redis ? startRedis() : undefined,
  ])
  const made = setting.conditions?.({ folder, openAi }) ?? {}
  const ports = await Promise.all(Array.from({ length: setting.instances }, freePort))
  const start = (port: number) =>
    startInstance({
      ...made,
      settings: {
        ...STAGE_SETTINGS,
        OPENAI_BASE_URL: `http://127.0.0.1:${openAi.port}/v1`,
        ...(redis ? { REDIS_URL: redis.url } : {}),
        ...setting.settings,
        ...made.settings,
        PORT: String(port),
      },
    })
  const instances = await Promise.all(ports.map(start))
  return {
    redis,
    openAi,
    instances,
    folder,
    async restart(i) {
      instances[i] = await start(ports[i] as number)
    },
    async close() {
      redis?.resume()
      await Promise.all([...instances.map(instance => instance.kill()), redis?.kill()])
      await openAi.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
