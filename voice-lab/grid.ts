import { systemClock } from '../packages/server/src/clock.ts'
import type { Config } from '../packages/server/src/config/config.ts'
import { overall } from '../packages/server/src/voice/lab/judge.ts'
import { voiceTrial } from '../packages/server/src/voice/trial/trial.ts'
import type { Cell } from './cells.ts'
import type { Store } from './kept.ts'
import type { Progress } from './progress.ts'

/** Long enough for four turns of a slow model. */
const CELL_DEADLINE_MS = 120_000

/** Tests the cells, so many at a time; keeps each as it comes. Gives the failures, each in a sentence. */
export async function runGrid(
  cells: readonly Cell[],
  parallel: number,
  config: Config,
  store: Store,
  progress: Progress,
): Promise<string[]> {
  const waiting = [...cells]
  const failures: string[] = []

  async function work(): Promise<void> {
    for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
      try {
        progress.done(cell.name, await runCell(cell, config, store))
      } catch (error) {
        failures.push(`${cell.name} could not be tested: ${(error as Error).message}`)
        progress.done(cell.name, (error as Error).message)
      }
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  progress.end()
  return failures
}

/** The outcome in words. */
async function runCell(cell: Cell, config: Config, store: Store): Promise<string> {
  const prompts = cell.turns.map(({ prompt }) => prompt)
  const tested = await voiceTrial(config, systemClock, cell.request, prompts, AbortSignal.timeout(CELL_DEADLINE_MS))
  store.save(cell, tested)
  const results = tested.map(({ result }) => result)
  const defects = new Set(results.flatMap(({ checks }) => checks.flatMap(({ defect }) => defect ?? [])))
  return [overall(results), ...(defects.size > 0 ? [`(${[...defects].join(', ')})`] : [])].join(' ')
}
