import { defectsOf, figure, mark } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { nameOf, type Report, type ReportClip, TURNS } from './report.ts'

/** Voices down, ways to speak across: where it passes and where it does not. */
export function overview({ clips }: Report, idOf: (clip: ReportClip) => string): Markup {
  const rows = Map.groupBy(clips, ({ result }) => result.voice)
  const ways = [...new Set(clips.map(wayOf))]
  return html`
<div class="scroll"><table class="grid">
  <caption class="hidden">Verdicts by voice</caption>
  <thead><tr><th scope="col">Voice</th>${ways.map(way => html`<th scope="col">${way}</th>`)}</tr></thead>
  <tbody>${[...rows].map(
    ([voice, own]) =>
      html`<tr><th scope="row">${voice}</th>${ways.map(way => {
        const cell = own.filter(clip => wayOf(clip) === way)
        return html`<td>${cell.map(clip => entry(clip, idOf(clip)))}</td>`
      })}</tr>`,
  )}</tbody>
</table></div>`
}

function wayOf({ result: { difficulty, sport, mode } }: ReportClip): string {
  return [difficulty, mode, sport].filter(Boolean).join(' · ').replaceAll('_', ' ')
}

function entry(clip: ReportClip, id: string): Markup {
  const defects = defectsOf(clip.result.checks)
  return html`<div class="entry"><button type="button" class="play small" data-clip="${id}" aria-label="Play ${nameOf(clip)}"></button><span>${mark(clip.result.verdict)} <a href="#${id}">${TURNS[clip.turn]}</a></span>${
    defects ? html`<span class="defects">${defects}</span>` : null
  }</div>`
}

/** Every figure of every reply, to run one's eye down a column. */
export function allFigures({ clips }: Report, idOf: (clip: ReportClip) => string): Markup | null {
  const first = clips[0]
  if (!first) return null
  return html`
<div class="scroll"><table class="all">
  <caption class="hidden">All figures</caption>
  <thead><tr><th scope="col">Reply</th>${first.result.checks.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
  <tbody>${clips.map(
    clip =>
      html`<tr><th scope="row"><a href="#${idOf(clip)}">${nameOf(clip)}</a></th>${clip.result.checks.map(
        check =>
          html`<td class="${check.verdict}">${check.verdict === 'pass' ? null : mark(check.verdict)} ${check.value === null ? '–' : figure(check)}</td>`,
      )}</tr>`,
  )}</tbody>
</table></div>`
}
