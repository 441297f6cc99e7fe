import { overall, type Verdict } from '../lab/judge.ts'
import { type CheckName, LIMITS } from '../lab/limits.ts'
import { CHECKLIST, type ChecklistLine } from './checklist-lines.ts'
import { mark } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { nameOf, type Report, type ReportClip, TURNS } from './report.ts'

type IdOf = (clip: ReportClip) => string

/** The voice checklist: what could be measured is answered, the rest asks the listener, its clips beside it. */
export function checklist({ clips }: Report, idOf: IdOf): Markup {
  return html`
<form id="checklist">${Object.entries(CHECKLIST).map(
    ([group, lines], g) =>
      html`<section><h3>${group}</h3>${lines.map((line, i) => item(line, clips, idOf, `q${g}-${i}`))}</section>`,
  )}
  <p class="actions"><button type="button" id="download">Download the answers</button> <button type="button" id="forget">Clear them</button>
  <span id="kept" role="status">Answers stay in this browser.</span></p>
</form>`
}

function item(line: ChecklistLine, all: readonly ReportClip[], idOf: IdOf, name: string): Markup {
  const clips = line.elsewhere ? [] : linesFirst(all.filter(line.clips ?? (() => true)))
  const missing = !line.elsewhere && !line.lower && clips.length === 0
  return html`<div class="item"><p class="line">${line.line}</p>${[
    line.elsewhere ? html`<p class="elsewhere">Shown elsewhere: ${code(line.elsewhere)}</p>` : null,
    missing ? html`<p class="elsewhere">No such clip in this run.</p>` : null,
    line.lower ? pitches(line.lower, all) : null,
    line.checks && clips.length > 0 ? measured(line.checks, clips, idOf) : null,
    line.ask && clips.length > 0 ? question(line.line, line.ask, clips, idOf, name) : null,
  ]}</div>`
}

/** Whoever plays only the first few shall hear all difficulties. */
function linesFirst(clips: readonly ReportClip[]): ReportClip[] {
  const order = Object.keys(TURNS)
  return clips.toSorted((a, b) => order.indexOf(a.turn) - order.indexOf(b.turn))
}

function measured(checks: readonly CheckName[], clips: readonly ReportClip[], idOf: IdOf): Markup {
  const found = clips.flatMap(clip =>
    clip.result.checks
      .filter(check => checks.includes(check.name))
      .map(check => ({ clip, check, verdict: check.verdict })),
  )
  const verdict = overall(found)
  const bad = found.filter(({ check }) => check.verdict === 'warn' || check.verdict === 'fail')
  const titles = checks.map(name => LIMITS[name].title.toLowerCase()).join(', ')
  return html`<p class="measured">${mark(verdict)} Measured by ${titles}: ${summary(verdict, found.length, bad.length)}${bad
    .slice(0, 6)
    .map(({ clip, check }) => html` <a href="#${idOf(clip)}">${nameOf(clip)}</a> (${check.defect})`)}</p>`
}

function summary(verdict: Verdict, all: number, bad: number): string {
  if (verdict === 'none') return 'there was nothing to measure.'
  return bad === 0
    ? `all ${all} figures are within their limits.`
    : `${bad} of ${all} figures are outside their limits:`
}

/** Whether the first voice is the lower one, by their replies' median pitches. */
function pitches([low, high]: readonly [string, string], clips: readonly ReportClip[]): Markup {
  const [a, b] = [meanPitch(low, clips), meanPitch(high, clips)]
  if (a === null || b === null) return html`<p class="elsewhere">Needs ${low} and ${high} in one run.</p>`
  return html`<p class="measured">${mark(a < b ? 'pass' : 'fail')} Measured by median pitch: ${low} ${Math.round(a)} Hz, ${high} ${Math.round(b)} Hz.</p>`
}

function meanPitch(voice: string, clips: readonly ReportClip[]): number | null {
  const found = clips.flatMap(({ result }) => (result.voice === voice ? (result.voiceprint?.pitchHz ?? []) : []))
  return found.length === 0 ? null : found.reduce((a, b) => a + b) / found.length
}

const CHOICES = ['Yes', 'Somewhat', 'No']
/** More clips than these nobody plays through for one question. */
const MAX_CLIPS = 9

function question(line: string, ask: string, clips: readonly ReportClip[], idOf: IdOf, name: string): Markup {
  return html`<fieldset data-line="${line}"><legend>${ask}</legend>
  <div class="plays">${clips
    .slice(0, MAX_CLIPS)
    .map(
      clip =>
        html`<span><button type="button" class="play small" data-clip="${idOf(clip)}" aria-label="Play ${nameOf(clip)}"></button>${nameOf(clip)}</span>`,
    )}</div>
  <div class="answers">${CHOICES.map(
    choice => html`<label><input type="radio" name="${name}" value="${choice}"> ${choice}</label>`,
  )}<input type="text" name="${name}-note" maxlength="300" placeholder="Note" aria-label="Note on: ${line}"></div></fieldset>`
}

/** Text with \`code\` in it. */
function code(text: string): Markup[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}
