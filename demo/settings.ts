import { once } from 'node:events'
import { createServer } from 'node:net'
import { REFERENCE_ORIGIN } from '../examples/extension/build/manifest.ts'
import type { Config } from '../packages/server/src/config/config.ts'

type Environment = Record<string, string | undefined>

/** Where to talk to OpenAI and with which key: never the shell's, so that a real key cannot be used by mistake. */
const isUpstream = (name: string) => name.startsWith('OPENAI_')

/** The set variables that the demo leaves aside. */
export function ignoredNames(env: Environment): string[] {
  return Object.keys(env)
    .filter(name => isUpstream(name) && env[name])
    .sort()
}

/** The environment with the stand-in for OpenAI in place of the real one, and a quiet log unless told otherwise. */
export function demoEnvironment(env: Environment, apiKey: string, baseUrl: string): Environment {
  const own = Object.entries(env).filter(([name, value]) => value !== '' && !isUpstream(name))
  return {
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'pretty',
    ...Object.fromEntries(own),
    OPENAI_API_KEY: apiKey,
    OPENAI_BASE_URL: baseUrl,
  }
}

/** Listening on these, the service is at `localhost` and 127.0.0.1. */
const LOCAL_HOSTS = new Set(['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'])

/** The origins under which a browser may open the page; the first is the one to print. */
export function ownOrigins(host: string, port: number): string[] {
  const elsewhere = LOCAL_HOSTS.has(host) ? [] : [host.includes(':') ? `[${host}]` : host]
  return [...elsewhere, 'localhost', '127.0.0.1'].map(name => new URL(`http://${name}:${port}`).origin)
}

/** Lets the demo's own page ask for tokens, and the reference extension, which anyone may load against it. */
export function withOrigins(config: Config): Config {
  const own = [...ownOrigins(config.HOST, config.PORT), REFERENCE_ORIGIN]
  const add = (origins: readonly string[]) => [...new Set([...origins, ...own])]
  return { ...config, ALLOWED_ORIGINS: add(config.ALLOWED_ORIGINS), CORS_ORIGINS: add(config.CORS_ORIGINS) }
}

/** A port that is free now: the origins must be known before the service listens, so 0 will not do for it. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
