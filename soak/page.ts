import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../docs/resilience.md', import.meta.url))

const INTRODUCTION = `# Bad days

What the service does when its surroundings fail, and how long it takes to be well again. The sections with figures are
written by the commands that they name; each was measured on the machine that it names, in one run.
`

/** Puts a section into docs/resilience.md, in place of the one with the same heading, or at its end. */
export function writeSection(heading: string, text: string): void {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : INTRODUCTION
  const [introduction = '', ...sections] = page.trimEnd().split(/\n(?=## )/)
  const written = `## ${heading}\n\n${text.trim()}\n`
  const at = sections.findIndex(section => section.startsWith(`## ${heading}\n`))
  if (at === -1) sections.push(written)
  else sections[at] = written
  writeFileSync(PAGE, `${[introduction, ...sections].map(part => part.trimEnd()).join('\n\n')}\n`)
}

/** What else the machine was doing when the run began. */
const [LOAD_BEFORE = 0] = loadavg()

/** What the figures depend on, in a sentence. */
export function machine(): string {
  const processor = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`
  const redis = /v=(\S+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1]
  return `Machine: ${processor}, ${memory}, ${type()} ${release()}; Node ${process.versions.node}; Redis ${redis ?? 'not installed'}. Load average before the run: ${LOAD_BEFORE.toFixed(1)}.`
}

export const whole = (value: number) => Math.round(value).toLocaleString('en-US')
export const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)

/** Shares of all, largest first, such as `98.2 % 200, 1.8 % 503 circuit_open`. */
export function shares(counts: Record<string, number>): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${((100 * count) / all).toFixed(1)} % ${name}`)
    .join(', ')
}
