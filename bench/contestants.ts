import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUCTIONS } from './instructions.ts'
import { TTL_SECONDS } from './stand-in.ts'

/** A server that can be measured. */
export interface Contestant {
  /** In the tables. */
  name: string
  command(port: number, folder: string): readonly string[]
  /** `baseUrl` is the stand-in's. */
  env(port: number, baseUrl: string): Record<string, string>
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const node = (file: string) => () => [process.execPath, pathOf(file)]

const yardstickEnv = (port: number, baseUrl: string) => ({
  PORT: String(port),
  OPENAI_BASE_URL: baseUrl,
  INSTRUCTIONS,
  NODE_ENV: 'production',
})

type Settings = Record<string, string>

/** The service as in production, started as `npm start` does, with these settings beside its defaults. */
function service(name: string, settings: Settings): Contestant {
  return {
    name,
    command: node('../packages/server/start.js'),
    env: (port, baseUrl) => ({
      PORT: String(port),
      HOST: '127.0.0.1',
      OPENAI_BASE_URL: baseUrl,
      OPENAI_API_KEY: 'sk-bench-0123456789',
      NODE_ENV: 'production',
      ...settings,
    }),
  }
}

/** All load comes from one address, which the defaults would stop at ten requests a minute, five at once. */
export const ONE_BUSY_CLIENT: Settings = { RATE_LIMIT_PER_MINUTE: '1000000000', RATE_LIMIT_BURST: '1000' }

/** Room for two spares of every session that is asked for, and no stop on how fast they are replaced. */
export const FULL_STOCK: Settings = {
  TOKEN_TTL_SECONDS: String(TTL_SECONDS),
  POOL_MAX_TOTAL: '10000',
  POOL_MINTS_PER_MINUTE: '1000000',
  HEALTH_CHECK_INTERVAL: '1',
}

/** For the memory and the start: a client a request, told apart by the header of a proxy; the defaults otherwise. */
export const BEHIND_A_PROXY: Settings = { TRUST_PROXY: '1' }

export const COLD = service('this service, cold', { ...ONE_BUSY_CLIENT, POOL_ENABLED: 'false' })
export const WARM = service('this service, warm', { ...ONE_BUSY_CLIENT, ...FULL_STOCK })
export const AS_SHIPPED = service('this service', BEHIND_A_PROXY)

export const BARE: Contestant = { name: 'bare proxy', command: node('yardsticks/bare.ts'), env: yardstickEnv }
export const EXPRESS: Contestant = {
  name: 'Express, fetch',
  command: node('yardsticks/express.js'),
  env: yardstickEnv,
}

/** Forwards the caller's bytes as they are, with one worker: what the machine can do. */
export const NGINX: Contestant = {
  name: 'nginx',
  command(port, folder) {
    const configuration = join(folder, 'nginx.conf')
    mkdirSync(folder, { recursive: true })
    return ['nginx', '-p', folder, '-e', 'stderr', '-c', configuration, '-g', `env PORT=${port};`]
  },
  env: () => ({}),
}

/** Writes nginx's configuration. */
export function nginxConfiguration(port: number, baseUrl: string): string {
  const { host, pathname } = new URL(baseUrl)
  return `daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  keepalive_requests 1000000000;
  upstream openai { server ${host}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location = /v1/realtime/token {
      proxy_pass http://openai${pathname}/realtime/client_secrets;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer sk-bench";
    }
  }
}
`
}

void writeFileSync
