import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'

/** What the figures depend on, as rows of a table. */
export type Facts = ReadonlyArray<readonly [what: string, is: string]>

/** The version of nginx here, or undefined where there is none. */
export function nginxVersion(): string | undefined {
  return /nginx\/(\S+)/.exec(spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr ?? '')?.[1]
}

export function factsOf(nginx: string | undefined, cores: string): Facts {
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0)
  return [
    [
      'Processor',
      `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} ${cpus().length === 1 ? 'core' : 'cores'}`,
    ],
    ['Memory', `${gibibytes} GiB`],
    ['System', `${type()} ${release()}`],
    ['Node', process.versions.node],
    ['Fastify', versionOf('fastify')],
    ['undici', `${versionOf('undici')}; behind the global fetch ${process.versions.undici}`],
    ['Express', versionOf('express')],
    ['nginx', nginx ?? 'not installed, so not measured'],
    ['Cores', cores],
  ]
}

function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  for (const folder of folders) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version
    } catch {
      // Not in this folder; perhaps in the next one up.
    }
  }
  return 'unknown'
}
