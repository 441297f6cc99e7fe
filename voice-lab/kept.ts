import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestResult } from '../packages/server/src/voice/lab/result.ts'
import { fromWav, type Sound, toWav } from '../packages/server/src/voice/lab/sound.ts'
import type { Turn } from '../packages/server/src/voice/page/report.ts'
import { UsageError } from './arguments.ts'
import type { Cell } from './cells.ts'
import { isResult } from './is-result.ts'

/** One reply of a cell. */
export interface Kept {
  turn: Turn
  result: TestResult
  sound: Sound
  /** Where its WAV lies, from the report. */
  file: string
}

/** Results on disk, cell by cell, so that a run can go on where an earlier one ended. */
export interface Store {
  /** All replies of a cell, or nothing if one is missing. */
  load(cell: Cell): Kept[] | undefined
  save(cell: Cell, replies: readonly { result: TestResult; sound: Sound }[]): void
}

const CLIPS = 'clips'

/** Throws `UsageError` where nothing can be kept in `folder`. */
export function resultStore(folder: string): Store {
  makeFolder(join(folder, CLIPS))
  const fileOf = (cell: Cell, turn: Turn, ending: string) => join(CLIPS, `${cell.key}-${turn}.${ending}`)

  function loadTurn(cell: Cell, turn: Turn): Kept[] {
    const [json, wav] = [fileOf(cell, turn, 'json'), fileOf(cell, turn, 'wav')]
    try {
      const result: unknown = JSON.parse(readFileSync(join(folder, json), 'utf8'))
      if (!isResult(result)) return []
      return [{ turn, result, sound: fromWav(readFileSync(join(folder, wav))), file: wav }]
    } catch {
      // One that is not there, or is damaged, is had anew.
      return []
    }
  }

  /** The JSON comes last and at once, so that a run that is killed leaves no half of a reply. */
  function saveTurn(cell: Cell, turn: Turn, result: TestResult, sound: Sound): void {
    const json = join(folder, fileOf(cell, turn, 'json'))
    writeFileSync(join(folder, fileOf(cell, turn, 'wav')), toWav(sound))
    writeFileSync(`${json}.part`, `${JSON.stringify(result, null, 2)}\n`)
    renameSync(`${json}.part`, json)
  }

  return {
    load(cell) {
      const replies = cell.turns.flatMap(({ turn }) => loadTurn(cell, turn))
      return replies.length === cell.turns.length ? replies : undefined
    },
    save(cell, replies) {
      for (const [i, { turn }] of cell.turns.entries()) {
        const reply = replies[i]
        if (reply) saveTurn(cell, turn, reply.result, reply.sound)
      }
    },
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw new UsageError(`--out: nothing can be kept there: ${(error as Error).message}`)
  }
}
