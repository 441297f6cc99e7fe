import { setTimeout as sleep } from 'node:timers/promises'
import { table } from '../scripts/docs/markdown.ts'
import type { Memory } from '../test/faults/instance.ts'
import { startLoad, type Tally } from '../test/faults/load.ts'
import { setStage } from '../test/faults/stage.ts'
import { machine, megabytes, shares, whole, writeSection } from './page.ts'

/** The aim: memory under a steady load, bytes. */
const MOST_MEMORY = 100e6
const UNLIMITED = 1_000_000
/** Rows of the table. */
const PARTS = 10
/** Until caches and the pool are filled, milliseconds. */
const WARM_UP_MS = 10_000

interface Part {
  untilSeconds: number
  /** The most in this part, bytes: resident, and of it the process's own. */
  memory: number
  own: number
  tally: Tally
}

/** A steady load for long, and the memory over it. Resolves with what was not as promised. */
export async function soak(minutes: number, perSecond: number, say: (text: string) => void): Promise<string[]> {
  const unlimited = { RATE_LIMIT_PER_MINUTE: String(UNLIMITED), RATE_LIMIT_BURST: '100000' }
  const stage = await setStage({ instances: 1, settings: unlimited })
  stage.openAi.latencyMs = 50
  const [instance] = stage.instances
  if (!instance) throw new Error('no instance')
  const load = startLoad({ ports: () => [instance.port], perSecond, patienceMs: 15_000, limit: UNLIMITED })
  const parts: Part[] = []
  try {
    await sleep(WARM_UP_MS)
    const started = performance.now()
    for (let part = 1; part <= PARTS; part++) {
      const tally = load.nextPhase()
      const samples: Memory[] = []
      const end = started + (part * minutes * 60_000) / PARTS
      while (performance.now() < end) {
        await sleep(Math.min(500, Math.max(1, end - performance.now())))
        samples.push(instance.memory())
      }
      const memory = Math.max(...samples.map(({ all }) => all))
      const own = Math.max(...samples.map(sample => sample.own))
      parts.push({ untilSeconds: (part * minutes * 60) / PARTS, memory, own, tally })
      say(`${whole(parts.at(-1)?.untilSeconds ?? 0)} s: ${megabytes(memory)} MB, ${shares(tally.ends)}`)
    }
    load.nextPhase()
    await load.stop()
    writeSection('Soak', text(parts, minutes, perSecond))
    return problemsOf(parts, instance.alive())
  } finally {
    await load.stop()
    await stage.close()
  }
}

function problemsOf(parts: readonly Part[], alive: boolean): string[] {
  const problems = alive ? [] : ['the service ended']
  const twice = parts.reduce((sum, { tally }) => sum + tally.twice, 0)
  const most = Math.max(...parts.map(({ memory }) => memory))
  const odd = parts
    .flatMap(({ tally }) => Object.keys(tally.ends))
    .filter(end => end !== '200' && end !== '503 overloaded')
  if (twice > 0) problems.push(`${twice} secrets were given twice`)
  if (most > MOST_MEMORY) problems.push(`memory reached ${megabytes(most)} MB`)
  if (odd.length > 0) problems.push(`clients saw ${[...new Set(odd)].join(', ')}`)
  return problems
}

function text(parts: readonly Part[], minutes: number, perSecond: number): string {
  const rows = parts.map(({ untilSeconds, memory, own, tally }) => {
    const waits = tally.waits.toSorted((a, b) => a - b)
    const at = (share: number) => (waits[Math.floor(waits.length * share)] ?? 0).toFixed(1)
    const most = [megabytes(memory), megabytes(own)]
    return [`${whole(untilSeconds)} s`, ...most, whole(waits.length), shares(tally.ends), at(0.5), at(0.99)]
  })
  const second = Math.max(...parts.slice(1, 3).map(({ memory }) => memory))
  const last = Math.max(...parts.slice(-2).map(({ memory }) => memory))
  return [
    `Written by \`npm run soak\`. ${machine()}`,
    `One instance, ${whole(perSecond)} requests a second for ${minutes} minutes, from as many addresses as there are requests in two ` +
      'minutes; half of them can be served warm, the other half bring a context of their own. The stand-in for OpenAI takes ' +
      '50 ms. Limits are out of the way, everything else is as in the table of faults. The load and the stand-in run on the ' +
      'same cores. Memory is the most resident memory in each part; its own is without the pages of files, above all of ' +
      'Node’s program, which instances share and the system can take back. Waits are what the client measured, milliseconds.',
    table(['Until', 'Memory, MB', 'its own, MB', 'Requests', 'What clients saw', 'p50', 'p99'], rows),
    `Memory at the end less memory after a tenth: ${((last - second) / 1e6).toFixed(1)} MB. Secrets given twice: ` +
      `${parts.reduce((sum, { tally }) => sum + tally.twice, 0)}.`,
  ].join('\n\n')
}
