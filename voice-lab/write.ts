import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { likeness } from '../packages/server/src/voice/lab/likeness.ts'
import { durationOf } from '../packages/server/src/voice/lab/sound.ts'
import { reportPage } from '../packages/server/src/voice/page/page.ts'
import type { ReportClip } from '../packages/server/src/voice/page/report.ts'
import type { Baseline, Results } from './baseline.ts'
import type { Kept } from './kept.ts'

/** Five minutes are about 20 MB in the page; beyond, it names its WAV files, since mail servers refuse larger ones. */
const MOST_EMBEDDED_SECONDS = 300

/** The report as it lies on disk. */
export interface Written {
  file: string
  bytes: number
  /** Whether the page holds the clips; else it names files beside it. */
  embedded: boolean
}

/** Writes `report.html` and `results.json`. */
export function writeReport(
  folder: string,
  results: Results,
  kept: readonly Kept[],
  baseline: Baseline | undefined,
): Written {
  const seconds = kept.reduce((sum, { sound }) => sum + durationOf(sound), 0)
  const embedded = seconds <= MOST_EMBEDDED_SECONDS
  const clips = kept.map(
    (reply): ReportClip => ({
      turn: reply.turn,
      result: reply.result,
      sound: reply.sound,
      file: embedded ? null : encodeURI(reply.file),
      before: baseline?.find(reply.result, reply.turn) ?? null,
    }),
  )
  const file = join(folder, 'report.html')
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
  const { made_at: madeAt, speaker, usd, failures } = results
  const page = { madeAt, speaker, clips, voices: voicesOf(kept), usd, failures, baseline: baseline?.name ?? null }
  writeFileSync(file, reportPage(page))
  return { file, bytes: statSync(file).size, embedded }
}

/** Voices are compared by the line alone, since it is the same words in each. */
function voicesOf(kept: readonly Kept[]) {
  return likeness(
    kept.flatMap(({ turn, result: { voice, voiceprint } }) =>
      turn === 'line' && voiceprint ? [[voice, voiceprint] as const] : [],
    ),
  )
}
