import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { babble, join, mix, noise, silence } from '../../../../../test/harness/signals.ts'
import { judge, overall } from './judge.ts'
import { type CheckName, LIMITS } from './limits.ts'
import { measure, type Take } from './measure.ts'
import { durationOf, fromPcm, fromWav, type Sound, toPcm, toWav } from './sound.ts'

const VOICE = { pitchHz: 120, formantsHz: [500, 1300, 2500] }
/** Twelve words in 4 s are 180 a minute. */
const ASKED = 'And that is good, nothing but net, for the win at home!'

const clean = (seconds = 4) => babble({ ...VOICE, seconds })

/** A reply that came at once and twice as fast as speech. */
function take(sound: Sound, changes: Partial<Take> = {}): Take {
  const pieces = Math.ceil(durationOf(sound) / 0.1)
  const arrivals = Array.from({ length: pieces }, (_, i) => ({ at: 400 + 50 * i, seconds: 0.1 }))
  return { sound: fromPcm(toPcm(sound)), askedAt: 0, arrivals, asked: ASKED, said: ASKED, ...changes }
}

function defectsOf(recorded: Take): string[] {
  const judged = judge(measure(recorded).figures)
  return [...new Set(judged.flatMap(({ verdict, defect }) => (verdict === 'fail' && defect ? [defect] : [])))]
}

describe('the voice test', () => {
  it('finds nothing wrong with clean speech', () => {
    const judged = judge(measure(take(clean())).figures)
    assert.deepEqual(
      judged.filter(({ verdict }) => verdict !== 'pass'),
      [],
    )
    assert.equal(overall(judged), 'pass')
  })

  const scaled = (by: number) => ({ ...clean(), samples: clean().samples.map(x => x * by) })
  const PLANTED: Record<string, Take> = {
    silence: take(silence(4), { said: '' }),
    'late start': take(clean(), { askedAt: -4000 }),
    'slower than speech': take(clean(), {
      arrivals: Array.from({ length: 40 }, (_, i) => ({ at: i * 150, seconds: 0.1 })),
    }),
    stalling: take(clean(), {
      arrivals: [
        { at: 0, seconds: 2 },
        { at: 2600, seconds: 2 },
      ],
    }),
    'too quiet': take(scaled(0.02)),
    clipping: take(scaled(12)),
    'long gap': take(join(clean(2), silence(2), clean(2))),
    'long gaps': take(join(clean(1), silence(0.8), clean(1), silence(0.8), clean(1), silence(0.8), clean(1))),
    'mostly silence': take(join(silence(4), clean(2), silence(4))),
    noise: take(mix(clean(), noise(4, -35))),
    'too slow': take(clean(12)),
    'too fast': take(clean(2)),
    'wrong words': take(clean(), { said: 'And that is bad, nothing but rim, for the loss at sea!' }),
  }
  for (const [defect, recorded] of Object.entries(PLANTED))
    it(`catches and names: ${defect}`, () => {
      const found = defectsOf(recorded)
      assert.ok(found.includes(defect), `found: ${found.join(', ') || 'nothing'}`)
    })

  it('names each defect that a limit can name, once planted', () => {
    const names = (Object.keys(LIMITS) as CheckName[]).flatMap(name => {
      const { low, high }: { low?: string; high?: string } = LIMITS[name]
      return [low, high].filter(defect => defect !== undefined)
    })
    const needNoPlanting = ['does not stop', 'too loud', 'overload']
    assert.deepEqual(
      [...new Set(names)].filter(name => !(name in PLANTED) && !needNoPlanting.includes(name)),
      [],
    )
  })

  it('measures a reply that never came without falling over it', () => {
    const nothing = measure({ sound: silence(0), askedAt: 0, arrivals: [], asked: ASKED, said: '' })
    assert.equal(nothing.figures.speech_seconds, 0)
    assert.equal(overall(judge(nothing.figures)), 'fail')
    for (const value of Object.values(nothing.figures)) assert.ok(value === null || Number.isFinite(value))
  })

  it('says of every check its limit, how it is measured and why', () => {
    for (const check of judge(measure(take(clean())).figures)) {
      assert.match(check.limit, /^pass .+, warn .+/)
      assert.ok(check.method.endsWith('.') && check.because.endsWith('.'), check.name)
    }
  })

  it('judges the figure that it shows', () => {
    const judged = judge({ ...NOTHING, first_audio_ms: 1000.4, loudness_lufs: -27.04, clipped_runs: 1 })
    const by = Object.fromEntries(judged.map(({ name, verdict, value }) => [name, [verdict, value]]))
    assert.deepEqual(by.first_audio_ms, ['pass', 1000])
    assert.deepEqual(by.loudness_lufs, ['pass', -27])
    assert.deepEqual(by.clipped_runs, ['warn', 1])
    assert.deepEqual(by.noise_floor_dbfs, ['none', null])
  })
})

const NOTHING = Object.fromEntries(Object.keys(LIMITS).map(name => [name, null])) as Record<CheckName, null>

describe('a WAV file', () => {
  it('is read back as it was written, and nothing else is', () => {
    const sound = fromPcm(toPcm(clean(1)))
    assert.deepEqual(fromWav(toWav(sound)), sound)
    assert.throws(() => fromWav(Buffer.from('RIFF')))
    assert.throws(() => fromWav(Buffer.alloc(100)))
    assert.throws(() => fromWav(toWav(sound).subarray(0, -2)))
  })
})
