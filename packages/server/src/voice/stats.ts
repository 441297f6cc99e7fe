import { estimateMos } from './mos.ts'
import type { CallReport } from './report.ts'
import {
  emptyTables,
  forEachTally,
  mergeTables,
  type SessionKind,
  type TableFigures,
  type Tables,
  tableFigures,
} from './tables.ts'
import { type Measure, measure, rate } from './tally.ts'

/** The stretches of time that are told, in minutes. */
export const WINDOWS = { last_5_minutes: 5, last_hour: 60, last_day: 1440 } as const
export type WindowName = keyof typeof WINDOWS

/** A stretch of time with what was counted in it: a minute or an hour since 1970, by its number. */
export interface Slot {
  unit: 'minute' | 'hour'
  index: number
  tables: Tables
}

export interface VoiceStats {
  /** Counts one credential handed out; `mintMs` is absent when it was not minted for this request. */
  issued(kind: SessionKind, mintMs: number | undefined): void
  reported(kind: SessionKind, report: CallReport): void
  /** Since start. */
  figures(): TableFigures
  /** The slots that make up a window, the unfinished ones included. */
  slots(window: WindowName): Slot[]
  /** Ends the running minute before its time, so that its hour has it too. */
  close(): void
}

export const MINUTE_MS = 60_000
const MINUTES_KEPT = 60
const HOURS_KEPT = 24

/** What of a report is measured. A call's turns count one by one. */
const REPORTED: Record<Exclude<Measure, 'mint_ms'>, (report: CallReport) => (number | undefined)[]> = {
  click_to_connected_ms: ({ times }) => [times?.click_to_connected_ms],
  first_audio_ms: ({ times }) => [times?.connected_to_first_audio_ms],
  turn_gap_ms: ({ times }) => times?.turn_gaps_ms ?? [],
  mos: ({ stats }) => [stats && estimateMos(stats)],
}

/**
 * Counts into the minute that is now. A minute that is over is added to its hour and to what is counted since start, so
 * that a request costs one minute's counters whatever is told later. `now` in milliseconds since 1970; should it step
 * back, the newest minute goes on.
 */
export function voiceStats(now: () => number): VoiceStats {
  const minutes = new Map<number, Tables>()
  const hours = new Map<number, Tables>()
  const over = emptyTables()
  let newest = minuteOf(now())
  let current = emptyTables()

  function tablesNow(): Tables {
    const minute = minuteOf(now())
    if (minute > newest) turn(minute)
    return current
  }

  function turn(minute: number): void {
    const hour = hourOf(newest)
    const tables = hours.get(hour) ?? emptyTables()
    mergeTables(tables, current)
    mergeTables(over, current)
    hours.set(hour, tables)
    minutes.set(newest, current)
    newest = minute
    current = emptyTables()
    dropBefore(minutes, minute - MINUTES_KEPT + 1)
    dropBefore(hours, hourOf(minute) - HOURS_KEPT + 1)
  }

  return {
    issued(kind, mintMs) {
      forEachTally(tablesNow(), kind, tally => {
        tally.requests++
        if (mintMs !== undefined) measure(tally, 'mint_ms', mintMs)
      })
    },
    reported(kind, report) {
      forEachTally(tablesNow(), kind, tally => {
        tally.reports++
        if (report.rating !== undefined) rate(tally, report.rating)
        for (const [name, valuesOf] of Object.entries(REPORTED))
          for (const value of valuesOf(report)) if (value !== undefined) measure(tally, name as Measure, value)
      })
    },
    figures() {
      const all = emptyTables()
      // First, since it may move a minute to what is over.
      mergeTables(all, tablesNow())
      mergeTables(all, over)
      return tableFigures(all)
    },
    slots(window) {
      const unfinished: Slot = { unit: 'minute', tables: tablesNow(), index: newest }
      const [unit, table] = window === 'last_day' ? (['hour', hours] as const) : (['minute', minutes] as const)
      const first = window === 'last_day' ? 0 : newest - WINDOWS[window] + 1
      const finished = [...table]
        .filter(([index]) => index >= first)
        .map(([index, tables]) => ({ unit, index, tables }))
      return [...finished, unfinished]
    },
    close: () => turn(newest + 1),
  }
}

export function minuteOf(milliseconds: number): number {
  return Math.floor(milliseconds / MINUTE_MS)
}

export function hourOf(minute: number): number {
  return Math.floor(minute / 60)
}

function dropBefore(table: Map<number, unknown>, first: number): void {
  for (const index of table.keys()) if (index < first) table.delete(index)
}
