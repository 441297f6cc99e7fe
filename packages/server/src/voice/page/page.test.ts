import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inflateSync } from 'node:zlib'
import { join, noise, silence, tone } from '../../../../../test/harness/signals.ts'
import { html } from './markup.ts'
import { spectrogram } from './spectrogram.ts'
import { waveform } from './waveform.ts'

describe('markup', () => {
  it('escapes whatever is text, and nothing twice', () => {
    const hostile = `<script>"it's" & more</script>`
    const inner = html`<b>${hostile}</b>`
    assert.equal(
      html`<p title="${hostile}">${inner}${[1, null, 'a']}</p>`.html,
      '<p title="&#60;script&#62;&#34;it&#39;s&#34; &#38; more&#60;/script&#62;">' +
        '<b>&#60;script&#62;&#34;it&#39;s&#34; &#38; more&#60;/script&#62;</b>1a</p>',
    )
  })
})

/** Rows of a spectrogram's shades, from the top. */
function shadesOf(png: Buffer): Uint8Array[] {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  return Array.from({ length: height }, (_, y) => rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)))
}

const brightest = (column: readonly (number | undefined)[]) =>
  column.indexOf(Math.max(...column.map(shade => shade ?? 0)))

describe('the spectrogram', () => {
  it('shows a high tone above a low one, each in its time', () => {
    const sound = join(tone({ hz: 300, seconds: 1, db: -10 }), tone({ hz: 3000, seconds: 1, db: -10 }))
    const rows = shadesOf(spectrogram(sound))
    const column = (x: number) => rows.map(row => row[x])
    const [low, high] = [brightest(column(150)), brightest(column(550))]
    assert.ok(high < low - 40, `300 Hz in row ${low}, 3000 Hz in row ${high}`)
  })

  it('is dark in silence, and of one size whatever the length', () => {
    assert.ok(shadesOf(spectrogram(silence(1))).every(row => row.every(shade => shade === 0)))
    for (const seconds of [0, 0.001, 3]) assert.equal(shadesOf(spectrogram(noise(seconds, -20)))[0]?.length, 720)
  })
})

describe('the waveform', () => {
  it('marks pauses and cut tops, and bounds their number', () => {
    const clipping = Array.from({ length: 5000 }, (_, i) => ({ at: i / 5000, samples: 3 }))
    const { html: svg } = waveform(tone({ hz: 200, seconds: 1, db: -6 }), {
      pauses: [{ from: 0.5, to: 0.75 }],
      clipping,
    })
    assert.match(svg, /<rect class="pause" x="360" y="0" width="180"/)
    assert.ok(svg.length < 40_000, `${svg.length} characters`)
  })
})
