import type { VoiceSharing } from './sharing.ts'
import { type VoiceStats, WINDOWS, type WindowName } from './stats.ts'
import { emptyTables, mergeTables, type TableFigures, tableFigures } from './tables.ts'

/** The figures of a window, and of how many instances they are. */
export interface WindowFigures {
  instances: number
  figures: TableFigures
}

/** Tells a window's figures: of all instances where they share, of this one alone where they do not or cannot now. */
export type ReadWindow = (window: WindowName) => Promise<WindowFigures>

export function windowReader(stats: VoiceStats, sharing: VoiceSharing | null): ReadWindow {
  return async window => {
    const all = emptyTables()
    for (const { tables } of stats.slots(window)) mergeTables(all, tables)
    const others = await sharing?.others(window).catch(() => undefined)
    if (others) mergeTables(all, others.tables)
    return { instances: 1 + (others?.instances ?? 0), figures: tableFigures(all) }
  }
}

/** Every window with its figures. */
export async function allWindows(read: ReadWindow) {
  const names = Object.keys(WINDOWS) as WindowName[]
  const told = await Promise.all(names.map(read))
  return {
    instances: Math.max(...told.map(({ instances }) => instances)),
    windows: Object.fromEntries(names.map((name, i) => [name, told[i]?.figures])),
  }
}
