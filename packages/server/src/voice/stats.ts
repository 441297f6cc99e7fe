import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** What is counted for one voice, model or difficulty. */
interface Tally {
  requests: number
  /** Mint times, whole milliseconds. */
  mints: RecordableHistogram
}

/** The figures of one voice, model or difficulty, as `/v1/voice/metrics` tells them. */
export interface VoiceFigures {
  requests: number
  mint_ms: { count: number; p50: number | null; p95: number | null; p99: number | null }
}

export interface VoiceStats {
  /** Counts one credential handed out; `mintMs` is absent when it came from the pool. */
  issued(session: { model: string; voice: string; difficulty: string }, mintMs: number | undefined): void
  figures(): Record<'by_voice' | 'by_model' | 'by_difficulty', Record<string, VoiceFigures>>
}

/** Mint times end with the deadline; ten minutes is the longest that can be set. */
const LONGEST_MS = 600_000

/** Counts since start. Names come from the allowed lists, so the tables are bounded. */
export function voiceStats(): VoiceStats {
  const tables = {
    voice: new Map<string, Tally>(),
    model: new Map<string, Tally>(),
    difficulty: new Map<string, Tally>(),
  }
  return {
    issued(session, mintMs) {
      for (const [kind, table] of Object.entries(tables)) {
        const tally = tallyOf(table, session[kind as keyof typeof tables])
        tally.requests++
        if (mintMs !== undefined) tally.mints.record(Math.min(LONGEST_MS, Math.max(1, Math.round(mintMs))))
      }
    },
    figures: () => ({
      by_voice: figuresOf(tables.voice),
      by_model: figuresOf(tables.model),
      by_difficulty: figuresOf(tables.difficulty),
    }),
  }
}

function tallyOf(table: Map<string, Tally>, name: string): Tally {
  let tally = table.get(name)
  if (!tally) {
    tally = { requests: 0, mints: createHistogram({ lowest: 1, highest: LONGEST_MS, figures: 2 }) }
    table.set(name, tally)
  }
  return tally
}

function figuresOf(table: Map<string, Tally>): Record<string, VoiceFigures> {
  return Object.fromEntries(
    [...table].map(([name, { requests, mints }]) => [name, { requests, mint_ms: percentiles(mints) }]),
  )
}

function percentiles(histogram: RecordableHistogram) {
  const at = (percent: number) => (histogram.count === 0 ? null : histogram.percentile(percent))
  return { count: histogram.count, p50: at(50), p95: at(95), p99: at(99) }
}
