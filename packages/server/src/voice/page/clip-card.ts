import type { Judgement } from '../lab/judge.ts'
import type { TestResult } from '../lab/result.ts'
import { toWav } from '../lab/sound.ts'
import { voiceDistance } from '../lab/voiceprint.ts'
import type { Edit } from '../lab/words.ts'
import { change, defectsOf, figure, mark, withMinus } from './figures.ts'
import { heightLabels } from './heights.ts'
import { html, type Markup } from './markup.ts'
import { nameOf, type ReportClip } from './report.ts'
import { spectrogram } from './spectrogram.ts'
import { waveform } from './waveform.ts'

/** A reply with its player, pictures, words and figures. */
export function clipCard(clip: ReportClip, id: string): Markup {
  const { result } = clip
  const name = nameOf(clip)
  return html`
<article class="clip" id="${id}" data-name="${name}">
  <header><h3>${mark(result.verdict)} ${name}</h3><p class="defects">${defectsOf(result.checks) || 'nothing to complain of'}</p></header>
  ${player(clip, name)}
  ${words(clip)}
  <div class="scroll"><table class="checks">
    <caption class="hidden">Figures of ${name}</caption>
    <thead><tr><th scope="col">Check</th><th scope="col">Found</th><th scope="col">Limit</th></tr></thead>
    <tbody>${result.checks.map(check => row(check, clip))}</tbody>
  </table></div>
  <p class="facts">${facts(clip)}</p>
</article>`
}

function player({ sound, result, file }: ReportClip, name: string): Markup {
  const src = file ?? `data:audio/wav;base64,${toWav(sound).toString('base64')}`
  const picture = `data:image/png;base64,${spectrogram(sound).toString('base64')}`
  return html`
  <div class="player" data-seconds="${result.duration_seconds.toFixed(2)}">
    <button type="button" class="play" aria-label="Play ${name}"></button>
    <div class="scope">
      ${waveform(sound, { pauses: result.pauses, clipping: result.clipping })}
      <div class="heights"><img class="spectrogram" alt="Spectrogram of ${name}" src="${picture}">${heightLabels()}</div>
      <div class="cursor"></div>
      <input class="seek" type="range" min="0" max="${result.duration_seconds.toFixed(2)}" step="0.05" value="0" aria-label="Position in ${name}, seconds">
    </div>
    <output class="time">0.0 / ${result.duration_seconds.toFixed(1)} s</output>
    <audio controls preload="metadata" src="${src}"></audio>
  </div>`
}

function words({ result }: ReportClip): Markup {
  const said = result.said.trim() || '(no words)'
  return html`
  <blockquote>${said}</blockquote>
  <p class="asked">${askedFor(result)}</p>
  ${result.word_edits.length > 0 ? html`<p class="edits">Words that differ: ${result.word_edits.slice(0, 30).map(edit)}</p>` : null}`
}

function askedFor({ asked, prompt, word_edits }: TestResult): string {
  if (asked === null) return `Answer to: “${prompt}”`
  return word_edits.length === 0 ? 'Word for word as asked.' : `Asked for: “${asked}”`
}

function edit({ asked, said }: Edit): Markup {
  return html`<span class="edit">${asked === null ? null : html`<del>${asked}</del>`}${said === null ? null : html`<ins>${said}</ins>`}</span> `
}

function row(check: Judgement, { before }: ReportClip): Markup {
  const earlier = before?.checks.find(({ name }) => name === check.name)
  const bad = check.verdict === 'warn' || check.verdict === 'fail'
  return html`<tr class="${check.verdict}"><th scope="row">${mark(check.verdict)} ${check.title}${
    bad ? html`<p class="because"><strong>${check.defect ?? ''}.</strong> ${withMinus(check.because)}</p>` : null
  }</th><td>${figure(check)} ${change(check, earlier)}</td><td>${withMinus(check.limit)}</td></tr>`
}

function facts({ result, before }: ReportClip): string {
  const { voiceprint, tokens, usd } = result
  const count = Object.values(tokens).reduce<number>((sum, value) => sum + (value ?? 0), 0)
  const moved = voiceprint && before?.voiceprint ? voiceDistance(voiceprint, before.voiceprint).timbreDb : null
  return [
    `${result.duration_seconds.toFixed(1)} s`,
    voiceprint?.pitchHz ? `median pitch ${Math.round(voiceprint.pitchHz)} Hz` : '',
    moved === null ? '' : `timbre ${moved.toFixed(1)} dB from the baseline’s`,
    result.model,
    count > 0 ? `${count} tokens` : '',
    usd ? `$${usd.toFixed(4)}` : '',
  ]
    .filter(Boolean)
    .join(' · ')
}
