import type { VoicePair } from '../lab/likeness.ts'
import { VOICES_DIFFER } from '../lab/limits.ts'
import { html, type Markup } from './markup.ts'

/** Each voice beside each: how far apart they are. */
export function voiceMatrix(pairs: readonly VoicePair[]): Markup {
  const names = [...new Set(pairs.map(({ a }) => a))]
  const find = (x: string, y: string) => pairs.find(({ a, b }) => (a === x && b === y) || (a === y && b === x))
  return html`
<div class="scroll"><table class="matrix">
  <caption class="hidden">Distance between voices</caption>
  <thead><tr><td></td>${names.map(name => html`<th scope="col">${name}</th>`)}</tr></thead>
  <tbody>${names.map(
    row => html`<tr><th scope="row">${row}</th>${names.map(column => cell(find(row, column), row === column))}</tr>`,
  )}</tbody>
</table></div>
<p class="note">Timbre: mel-cepstral distortion between the mean cepstra of two voices (Kubichek 1993; coefficients 1 to 12).
Pitch: between their medians (YIN, de Cheveigné and Kawahara 2002). On the diagonal stands how far a voice is from itself in
another reply: the yardstick. Two voices count as different from ${VOICES_DIFFER.timesOwnDistance} times that, or from
${VOICES_DIFFER.semitones} semitones, which is our judgement; no standard sets it.</p>`
}

function cell(pair: VoicePair | undefined, own: boolean): Markup {
  const distance = pair?.distance
  if (!distance) return html`<td class="own">${own ? 'one reply only' : '–'}</td>`
  const verdict = own ? 'own' : pair.differ ? 'pass' : 'warn'
  const pitch = distance.pitchSemitones === null ? '' : `, ${distance.pitchSemitones.toFixed(1)} semitones`
  return html`<td class="${verdict}"><strong>${distance.timbreDb.toFixed(1)} dB</strong><span class="unit">${pitch}</span>${
    own ? null : html`<br>${pair.differ ? 'different' : 'hard to tell apart'}`
  }</td>`
}
