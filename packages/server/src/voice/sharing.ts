import { randomUUID } from 'node:crypto'
import type { Store } from '../store/redis.ts'
import { type Script, script } from '../store/script.ts'
import { hourOf, minuteOf, type VoiceStats, WINDOWS, type WindowName } from './stats.ts'
import { decodeTables, emptyTables, encodeTables, mergeTables, type Tables } from './tables.ts'

/** What the other instances counted. */
export interface Others {
  /** Those that were heard of in the last five minutes. */
  instances: number
  tables: Tables
}

export interface VoiceSharing {
  /** Rejects while the store is away. */
  others(window: WindowName): Promise<Others>
  /** Writes what is not written yet; for the end of the process. Never rejects. */
  stop(): Promise<void>
}

/** Often enough for a person who watches, seldom enough for Redis. */
const PUBLISH_MS = 10_000
/** Slots that are read in one round trip: the store's patience is short, and a long answer must not look like none. */
const MOST_AT_ONCE = 16
/** Seconds that a slot is kept: as long as some window has it, and a while. */
const KEPT_SECONDS = { minute: 3900, hour: 90_000 }

/** Sets this instance's part of some slots. ARGV: instance, then a slot, its text and its seconds to live, again and again. */
const PUBLISH: Script = script(`
for i = 2, #ARGV, 3 do
  local key = 'parker:voice:' .. ARGV[i]
  redis.call('HSET', key, ARGV[1], ARGV[i + 1])
  redis.call('EXPIRE', key, ARGV[i + 2])
end
return 0
`)

/** Answers for each slot of ARGV all instances' parts: instance, text, instance, text, … */
const READ: Script = script(`
local slots = {}
for i, slot in ipairs(ARGV) do slots[i] = redis.call('HGETALL', 'parker:voice:' .. slot) end
return slots
`)

/** A slot of the others, merged, with who wrote it. */
interface Read {
  tables: Tables
  writers: string[]
}

/**
 * Shares what `stats` counts: every few seconds this instance writes its newest slots, names and counts only, in one
 * round trip; what the others wrote is read when somebody looks. What an instance counted outlives it, as long as the
 * windows reach.
 */
export function shareVoiceStats(stats: VoiceStats, store: Store, now: () => number): VoiceSharing {
  const instance = randomUUID()
  const settled = new Map<string, Read>()
  let published = minuteOf(now())

  async function publish(last = false): Promise<void> {
    const minute = minuteOf(now())
    const minutes = stats.slots('last_hour').filter(({ index }) => index >= published)
    const hours =
      minute === published && !last
        ? []
        : stats.slots('last_day').filter(({ unit, index }) => unit === 'hour' && index >= hourOf(published))
    const slots = [...minutes, ...hours].flatMap(({ unit, index, tables }) => [
      `${unit}:${index}`,
      encodeTables(tables),
      String(KEPT_SECONDS[unit]),
    ])
    await store.run(PUBLISH, [instance, ...slots])
    published = minute
  }

  function namesOf(window: WindowName): string[] {
    const minute = minuteOf(now())
    if (window !== 'last_day') return range('minute', minute, WINDOWS[window])
    return [...range('hour', hourOf(minute), WINDOWS.last_day / 60), ...range('minute', minute, 1)]
  }

  /** Whether nobody will write to a slot any more. */
  function isSettled(slot: string): boolean {
    const minute = minuteOf(now())
    const [unit, index] = slot.split(':')
    return unit === 'minute' ? Number(index) < minute - 1 : Number(index) < hourOf(minute - 1)
  }

  function readParts(parts: unknown): Read {
    const read: Read = { tables: emptyTables(), writers: [] }
    const words = parts as string[]
    for (let i = 0; i + 1 < words.length; i += 2) {
      if (words[i] === instance) continue
      read.writers.push(words[i] as string)
      mergeTables(read.tables, decodeTables(words[i + 1] as string))
    }
    return read
  }

  async function read(names: string[]): Promise<unknown[]> {
    const answers: unknown[] = []
    for (let i = 0; i < names.length; i += MOST_AT_ONCE)
      answers.push(...((await store.run(READ, names.slice(i, i + MOST_AT_ONCE))) as unknown[]))
    return answers
  }

  async function slotsOf(names: string[]): Promise<Map<string, Read>> {
    const missing = names.filter(name => !settled.has(name))
    const answers = await read(missing)
    const fresh = new Map(missing.map((name, i) => [name, readParts(answers[i] ?? [])]))
    for (const [name, read] of fresh) if (isSettled(name)) settled.set(name, read)
    return new Map(names.map(name => [name, (fresh.get(name) ?? settled.get(name)) as Read]))
  }

  function forget(): void {
    const known = new Set((Object.keys(WINDOWS) as WindowName[]).flatMap(namesOf))
    for (const name of settled.keys()) if (!known.has(name)) settled.delete(name)
  }

  const timer = setInterval(() => {
    forget()
    publish().catch(() => {})
  }, PUBLISH_MS).unref()
  return {
    async others(window) {
      const recent = namesOf('last_5_minutes')
      const slots = await slotsOf([...new Set([...namesOf(window), ...recent])])
      const tables = emptyTables()
      for (const name of namesOf(window)) mergeTables(tables, slots.get(name)?.tables ?? emptyTables())
      return { instances: new Set(recent.flatMap(name => slots.get(name)?.writers ?? [])).size, tables }
    },
    async stop() {
      clearInterval(timer)
      stats.close()
      await publish(true).catch(() => {})
    },
  }
}

/** The names of the last so many slots. */
function range(unit: 'minute' | 'hour', newest: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${unit}:${newest - i}`)
}
