import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCommand } from '../test/harness/start-command.ts'
import { INSTRUCTIONS } from './instructions.ts'
import { nginxConfiguration } from './nginx.ts'
import type { Place } from './place.ts'
import { TTL_SECONDS } from './stand-in.ts'

/** A server that can be measured. */
export interface Contestant {
  /** In the tables. */
  name: string
  launch(place: Place): { command: readonly string[]; env: Record<string, string> }
}

type Settings = Record<string, string>

function node(name: string, words: readonly string[], settings: Settings): Contestant {
  return {
    name,
    launch: ({ port, baseUrl }) => ({
      command: [process.execPath, ...words],
      env: { NODE_ENV: 'production', PORT: String(port), OPENAI_BASE_URL: baseUrl, ...settings },
    }),
  }
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** The service as `npm start` starts it, with these settings beside its defaults. */
function service(name: string, settings: Settings): Contestant {
  const { words, env } = startCommand()
  return node(name, words, { ...env, HOST: '127.0.0.1', OPENAI_API_KEY: 'sk-bench-0123456789', ...settings })
}

/** All load comes from one address, which the defaults would stop at ten requests a minute. */
const ONE_BUSY_CLIENT: Settings = { RATE_LIMIT_PER_MINUTE: '1000000000', RATE_LIMIT_BURST: '1000' }

/** Room for two spares of every session in the load, and no stop on how fast they are replaced. */
const FULL_STOCK: Settings = {
  TOKEN_TTL_SECONDS: String(TTL_SECONDS),
  POOL_MAX_TOTAL: '10000',
  POOL_MINTS_PER_MINUTE: '1000000',
  MAX_IN_FLIGHT: '2000',
  HEALTH_CHECK_INTERVAL: '1',
}

export const COLD = service('this service, cold', { ...ONE_BUSY_CLIENT, POOL_ENABLED: 'false' })
export const WARM = service('this service, warm', { ...ONE_BUSY_CLIENT, ...FULL_STOCK })

/** Cold, and each request counted in Redis. */
export const coldWithRedis = (url: string) =>
  service('this service, cold, limits in Redis', { ...ONE_BUSY_CLIENT, POOL_ENABLED: 'false', REDIS_URL: url })

/** The defaults, and clients told apart by a proxy's header. */
export const AS_SHIPPED = service('this service', { TRUST_PROXY: '1' })

export const BARE = node('bare proxy', [pathOf('yardsticks/bare.js')], { INSTRUCTIONS })
export const EXPRESS = node('Express, fetch', [pathOf('yardsticks/express.js')], { INSTRUCTIONS })

/** Forwards the caller's bytes as they are, with one worker: what the machine can do. */
export const NGINX: Contestant = {
  name: 'nginx',
  launch(place) {
    const file = join(place.folder, 'nginx.conf')
    writeFileSync(file, nginxConfiguration(place))
    return { command: ['nginx', '-p', place.folder, '-e', 'stderr', '-c', file], env: {} }
  },
}
