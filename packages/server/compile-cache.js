import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { constants, enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DIRECTORY = fileURLToPath(new URL('../../node_modules/.cache/parker-token-service', import.meta.url))
const FILLER = fileURLToPath(new URL('./fill-compile-cache.js', import.meta.url))
const FILL_TIMEOUT_MS = 10_000
/** Those of `npm start`; others, such as `--import`, are not for the process that fills the cache. */
const V8_FLAG = /^--(max-semi-space-size=|heap-growing-percent=|no-maglev$|no-allocation-site-pretenuring$)/

/**
 * Turns on Node's compile cache, so that types are not stripped anew at each start. Stripping loads a WebAssembly
 * compiler that never leaves the process again (some 25 MB), so on the first start another process fills the cache.
 * Where the folder cannot be written everything works as well, only with more memory.
 */
export function useCompileCache() {
  const { status } = enableCompileCache(DIRECTORY)
  if (status === constants.compileCacheStatus.FAILED || status === constants.compileCacheStatus.DISABLED) return
  const filled = `${DIRECTORY}/filled-${state()}`
  if (existsSync(filled)) return
  const filling = spawnSync(process.execPath, [...flags(), FILLER, DIRECTORY], {
    stdio: 'ignore',
    timeout: FILL_TIMEOUT_MS,
    env: {},
  })
  if (filling.status !== 0) return
  try {
    writeFileSync(filled, '')
  } catch {
    // A read-only folder: the next start tries again.
  }
}

/** V8's flags, by which Node keeps caches apart. */
function flags() {
  return process.execArgv.filter(flag => V8_FLAG.test(flag))
}

/** Changes with Node and its flags, with the place of the sources and with their newest change. */
function state() {
  const sources = fileURLToPath(new URL('./src', import.meta.url))
  // Whole seconds: an image keeps no more of a file's time.
  const times = readdirSync(sources, { recursive: true }).map(file =>
    Math.floor(statSync(join(sources, file)).mtimeMs / 1000),
  )
  const facts = [process.version, ...flags(), sources, times.length, Math.max(...times)]
  return createHash('sha256').update(facts.join()).digest('hex').slice(0, 16)
}
