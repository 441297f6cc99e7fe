import {
  decodeTally,
  type EncodedTally,
  emptyTally,
  encodeTally,
  type Figures,
  figuresOf,
  mergeTally,
  type Tally,
} from './tally.ts'

/** What sessions are told apart by. */
const DIMENSIONS = ['voice', 'model', 'difficulty', 'mode'] as const
type Dimension = (typeof DIMENSIONS)[number]

/** Which kind of session. Names come from the allowed lists, so the tables are bounded. */
export interface SessionKind {
  voice: string
  model: string
  difficulty: string
  mode: string | undefined
}

/** A tally for each name of each dimension, over some stretch of time. */
export type Tables = Record<Dimension, Map<string, Tally>>

/** As `/v1/voice/metrics` tells them. */
export type TableFigures = Record<`by_${Dimension}`, Record<string, Figures>>

export function emptyTables(): Tables {
  return { voice: new Map(), model: new Map(), difficulty: new Map(), mode: new Map() }
}

/** Does something to each of the four tallies that a session counts in. */
export function forEachTally(tables: Tables, kind: SessionKind, act: (tally: Tally) => void): void {
  for (const dimension of DIMENSIONS) act(tallyOf(tables[dimension], kind[dimension] ?? 'none'))
}

export function mergeTables(into: Tables, from: Tables): void {
  for (const dimension of DIMENSIONS)
    for (const [name, tally] of from[dimension]) mergeTally(tallyOf(into[dimension], name), tally)
}

export function tableFigures(tables: Tables): TableFigures {
  const told = (table: Map<string, Tally>) =>
    Object.fromEntries([...table].map(([name, tally]) => [name, figuresOf(tally)]))
  return {
    by_voice: told(tables.voice),
    by_model: told(tables.model),
    by_difficulty: told(tables.difficulty),
    by_mode: told(tables.mode),
  }
}

export function encodeTables(tables: Tables): string {
  const encoded = DIMENSIONS.map(dimension => [...tables[dimension]].map(([name, tally]) => [name, encodeTally(tally)]))
  return JSON.stringify(encoded)
}

/** Names that a table takes of others; a broken writer must not fill the memory of all. */
const MOST_NAMES = 200

/** Nothing of what is not ours. */
export function decodeTables(text: string): Tables {
  const tables = emptyTables()
  try {
    const encoded: [string, EncodedTally][][] = JSON.parse(text)
    DIMENSIONS.forEach((dimension, index) => {
      for (const [name, tally] of encoded[index]?.slice(0, MOST_NAMES) ?? [])
        tables[dimension].set(String(name), decodeTally(tally))
    })
    return tables
  } catch {
    return emptyTables()
  }
}

function tallyOf(table: Map<string, Tally>, name: string): Tally {
  const known = table.get(name)
  if (known) return known
  const tally = emptyTally()
  table.set(name, tally)
  return tally
}
