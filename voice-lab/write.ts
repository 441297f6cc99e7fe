import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { likeness } from '../packages/server/src/voice/lab/likeness.ts'
import { toWav } from '../packages/server/src/voice/lab/sound.ts'
import { reportPage } from '../packages/server/src/voice/page/page.ts'
import type { ReportClip } from '../packages/server/src/voice/page/report.ts'
import type { Baseline, Results } from './baseline.ts'
import type { Kept } from './kept.ts'

/** Beyond this much sound the page names its WAV files instead of holding them: mail servers refuse larger ones. */
const MOST_EMBEDDED_BYTES = 24 * 1_048_576

/** Writes `report.html` and `results.json`. Gives the report's path and size in bytes. */
export function writeReport(
  folder: string,
  results: Results,
  kept: readonly Kept[],
  baseline: Baseline | undefined,
): { file: string; bytes: number; embedded: boolean } {
  const sound = kept.reduce((sum, reply) => sum + reply.sound.samples.length * 2, 0)
  const embedded = sound <= MOST_EMBEDDED_BYTES
  const clips = kept.map(
    (reply): ReportClip => ({
      turn: reply.turn,
      result: reply.result,
      sound: reply.sound,
      src: embedded ? `data:audio/wav;base64,${toWav(reply.sound).toString('base64')}` : encodeURI(reply.file),
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
