import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { babble, join, noise, silence, tone } from '../../../../../test/harness/signals.ts'
import { powerSpectrum } from './fft.ts'
import { medianPitch } from './pitch.ts'
import { type Voiceprint, voiceDistance, voiceprint } from './voiceprint.ts'

const DEEP = { pitchHz: 95, formantsHz: [450, 1050, 2300] }
const LIGHT = { pitchHz: 210, formantsHz: [650, 1700, 2900] }

function printOf(voice: typeof DEEP, seconds: number, gain = 1): Voiceprint {
  const { samples, rate } = babble({ ...voice, seconds })
  const print = voiceprint({ samples: samples.map(x => x * gain), rate })
  assert.ok(print)
  return print
}

describe('the spectrum', () => {
  it('has the power of a tone in its bin, and as much in all as the wave (Parseval)', () => {
    const frame = Float64Array.from({ length: 256 }, (_, i) => Math.sin((2 * Math.PI * 12 * i) / 256))
    const spectrum = powerSpectrum(frame)
    assert.equal(spectrum.indexOf(Math.max(...spectrum)), 12)
    const twoSided = 2 * spectrum.reduce((a, b) => a + b) - (spectrum[0] ?? 0) - (spectrum[128] ?? 0)
    assert.ok(Math.abs(twoSided / 256 - frame.reduce((sum, x) => sum + x * x, 0)) < 1e-6)
  })
})

describe('pitch', () => {
  it('is that of a tone and of a voice, within 1 %', () => {
    for (const hz of [80, 120, 220, 350]) {
      for (const sound of [tone({ hz, seconds: 1, db: -12 }), babble({ ...DEEP, pitchHz: hz, seconds: 2 })]) {
        const found = medianPitch(sound)
        assert.ok(found !== null && Math.abs(found / hz - 1) < 0.01, `${found} Hz, expected ${hz}`)
      }
    }
  })

  it('is null in silence and in noise', () => {
    assert.equal(medianPitch(silence(2)), null)
    assert.equal(medianPitch(noise(2, -20)), null)
  })
})

describe('the distance between voices', () => {
  it('is small for one voice, however loud and long, and large for two', () => {
    const same = voiceDistance(printOf(DEEP, 3), printOf(DEEP, 5, 0.25))
    const other = voiceDistance(printOf(DEEP, 3), printOf(LIGHT, 3))
    assert.ok(same.timbreDb < 1 && (same.pitchSemitones ?? 99) < 0.2, JSON.stringify(same))
    assert.ok(other.timbreDb > 5 * same.timbreDb && other.timbreDb > 3, JSON.stringify(other))
    assert.ok(Math.abs((other.pitchSemitones ?? 0) - 12 * Math.log2(210 / 95)) < 0.3)
  })

  it('does not hear the pauses', () => {
    const voice = babble({ ...DEEP, seconds: 2 })
    const print = voiceprint(join(silence(2), voice, silence(2)))
    assert.ok(print && voiceDistance(print, printOf(DEEP, 2)).timbreDb < 1)
  })

  it('is not known of silence', () => assert.equal(voiceprint(silence(2)), null))
})
