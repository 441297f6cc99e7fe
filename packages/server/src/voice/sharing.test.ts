import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import type { Store } from '../store/redis.ts'
import { shareVoiceStats } from './sharing.ts'
import { MINUTE_MS, voiceStats } from './stats.ts'
import { emptyTables, encodeTables } from './tables.ts'
import { windowReader } from './windows.ts'

const SESSION = { model: 'gpt-realtime', voice: 'verse', difficulty: 'easy', mode: undefined }
const NOON = 1_795_435_200_000
const PUBLISH_MS = 10_000

/** What Redis would hold, by slot and instance. */
function memoryStore() {
  const slots = new Map<string, Map<string, string>>()
  const commands: string[] = []
  /** How many slots each write had. */
  const written: number[] = []
  const state = { down: false }
  const store: Pick<Store, 'run'> = {
    async run({ text }, args) {
      if (state.down) throw new Error('down')
      commands.push(text.includes('HSET') ? 'write' : 'read')
      if (!text.includes('HSET')) return args.map(slot => [...(slots.get(slot) ?? [])].flat())
      const [instance = '', ...rest] = args
      written.push(rest.length / 3)
      for (let i = 0; i < rest.length; i += 3) {
        const [slot = '', part = ''] = rest.slice(i)
        slots.set(slot, (slots.get(slot) ?? new Map()).set(instance, part))
      }
      return 0
    },
  }
  return { store: store as Store, slots, commands, written, state }
}

/** Two instances with one store, and a clock that the test turns. */
function stage() {
  mock.timers.enable({ apis: ['setInterval'] })
  const clock = { now: NOON }
  const shared = memoryStore()
  const instances = [0, 1].map(() => {
    const stats = voiceStats(() => clock.now)
    const sharing = shareVoiceStats(stats, shared.store, () => clock.now)
    return { stats, sharing, read: windowReader(stats, sharing) }
  })
  const [one, other] = instances
  assert.ok(one && other)
  return {
    ...shared,
    clock,
    one,
    other,
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += PUBLISH_MS) {
        clock.now += PUBLISH_MS
        mock.timers.tick(PUBLISH_MS)
        await Promise.resolve()
      }
    },
    end() {
      for (const { sharing } of instances) sharing.stop()
      mock.timers.reset()
    },
  }
}

describe('instances that share', () => {
  it('lose nothing of one that ends', async () => {
    const { one, other, pass, end } = stage()
    one.stats.issued(SESSION, 100)
    await pass(PUBLISH_MS)
    one.stats.issued(SESSION, 100)
    await one.sharing.stop()
    for (const minutes of [0, 2]) {
      await pass(minutes * MINUTE_MS)
      const { figures } = await other.read('last_hour')
      assert.equal(figures.by_voice.verse?.requests, 2, `${minutes}`)
    }
    assert.equal((await other.read('last_day')).figures.by_voice.verse?.requests, 2)
    end()
  })

  it('end also while the store is away', async () => {
    const { one, state, end } = stage()
    state.down = true
    await one.sharing.stop()
    end()
  })

  it('tell the figures of all, in every window, and how many they are', async () => {
    const { one, other, pass, end } = stage()
    for (let i = 0; i < 3; i++) one.stats.issued(SESSION, 100)
    for (let i = 0; i < 4; i++) other.stats.issued(SESSION, 300)
    await pass(3 * MINUTE_MS)
    one.stats.issued(SESSION, 100)
    await pass(PUBLISH_MS)
    for (const { read } of [one, other])
      for (const window of ['last_5_minutes', 'last_hour', 'last_day'] as const) {
        const { instances, figures } = await read(window)
        const { requests, mint_ms } = figures.by_voice.verse ?? {}
        assert.deepEqual([instances, requests, mint_ms?.count], [2, 8, 8], window)
        assert.ok(Math.abs((mint_ms?.p99 ?? 0) - 300) <= 3, window)
      }
    end()
  })

  it('keep the figures of one that has gone as long as the window reaches, without counting it', async () => {
    const { one, other, pass, end } = stage()
    other.stats.issued(SESSION, 100)
    await pass(2 * MINUTE_MS)
    other.sharing.stop()
    await pass(10 * MINUTE_MS)
    const last = await one.read('last_hour')
    assert.deepEqual([last.instances, last.figures.by_voice.verse?.requests], [1, 1])
    assert.equal((await one.read('last_5_minutes')).figures.by_voice.verse, undefined)
    await pass(50 * MINUTE_MS)
    assert.equal((await one.read('last_hour')).figures.by_voice.verse, undefined)
    assert.equal((await one.read('last_day')).figures.by_voice.verse?.requests, 1)
    end()
  })

  it('write once in ten seconds, whatever the traffic', async () => {
    const { one, commands, pass, end } = stage()
    for (let i = 0; i < 1000; i++) one.stats.issued(SESSION, i)
    await pass(MINUTE_MS)
    assert.deepEqual(commands, Array(12).fill('write'), 'two instances, six times ten seconds')
    end()
  })

  it('write the newest slots only, however long they have run', async () => {
    const { one, written, pass, end } = stage()
    one.stats.issued(SESSION, 100)
    await pass(40 * MINUTE_MS)
    // The minute that was, the minute that is, and their hours.
    assert.ok(Math.max(...written) <= 4, `${Math.max(...written)} slots`)
    end()
  })

  it('read anew what may still change', async () => {
    const { one, other, pass, end } = stage()
    await pass(PUBLISH_MS)
    for (let i = 1; i <= 12; i++) {
      other.stats.issued(SESSION, 100)
      await pass(PUBLISH_MS)
      for (const window of ['last_hour', 'last_day'] as const)
        assert.equal((await one.read(window)).figures.by_voice.verse?.requests, i, `${window} after ${i}`)
    }
    end()
  })

  it('tell their own figures while the store is away, and write later what it missed', async () => {
    const { one, other, state, pass, end } = stage()
    state.down = true
    one.stats.issued(SESSION, 100)
    await pass(3 * MINUTE_MS)
    const alone = await one.read('last_hour')
    assert.deepEqual([alone.instances, alone.figures.by_voice.verse?.requests], [1, 1])
    state.down = false
    await pass(PUBLISH_MS)
    assert.equal((await other.read('last_hour')).figures.by_voice.verse?.requests, 1)
    assert.equal((await other.read('last_day')).figures.by_voice.verse?.requests, 1)
    end()
  })

  it('take nothing from a part that none of them wrote', async () => {
    const { one, slots, clock, end } = stage()
    const slot = `minute:${Math.floor(clock.now / MINUTE_MS)}`
    const odd = ['', 'x', '{}', '[]', '[[["verse",{"n":"many","m":{"mint_ms":[1]}}]]]', '[null,null]', '7', 'null']
    slots.set(slot, new Map(odd.map((text, i) => [`odd-${i}`, text])))
    one.stats.issued(SESSION, 100)
    const { figures } = await one.read('last_5_minutes')
    assert.equal(figures.by_voice.verse?.requests, 1)
    end()
  })

  it('write names and counts, nothing else', async () => {
    const { one, slots, pass, end } = stage()
    one.stats.reported(SESSION, { rating: 4, comment: 'wombats' })
    await pass(2 * MINUTE_MS)
    const written = JSON.stringify([...slots].map(([slot, parts]) => [slot, ...parts.values()]))
    assert.ok(written.includes('verse') && !written.includes('wombats'))
    assert.equal(encodeTables(emptyTables()), '[[],[],[],[]]')
    end()
  })
})
