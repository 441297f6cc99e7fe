import type { Judgement, Verdict } from '../lab/judge.ts'
import { LIMITS } from '../lab/limits.ts'
import { html, type Markup } from './markup.ts'

const MARKS: Record<Verdict, string> = { pass: '✓', warn: '!', fail: '✕', none: '–' }
const WORDS: Record<Verdict, string> = { pass: 'pass', warn: 'warning', fail: 'fail', none: 'not measured' }

/** A sign that tells by shape, colour and word. */
export function mark(verdict: Verdict): Markup {
  return html`<span class="mark ${verdict}" role="img" aria-label="${WORDS[verdict]}">${MARKS[verdict]}</span>`
}

/** A number with its unit, as people write it. */
export function figure({ name, value, unit }: Judgement): Markup {
  if (value === null) return html`<span class="unit">not measured</span>`
  return html`${withMinus(value.toFixed(LIMITS[name].decimals))} <span class="unit">${unit}</span>`
}

/** Limits and figures with a true minus sign. */
export function withMinus(text: string): string {
  return text.replace(/(?<=^|[\s(])-(?=\d)/g, '−')
}

/** How a figure has moved since an earlier run. */
export function change(now: Judgement, before: Judgement | undefined): Markup | null {
  if (now.value === null || before?.value == null) return null
  const moved = Number((now.value - before.value).toFixed(2))
  if (moved === 0) return html`<span class="change">as before</span>`
  const verdict = now.verdict === before.verdict ? '' : ` (was ${WORDS[before.verdict]})`
  return html`<span class="change">${moved > 0 ? '+' : '−'}${Math.abs(moved)}${verdict}</span>`
}

/** What is wrong with a reply, in a few words; empty where nothing is. */
export function defectsOf(checks: readonly Judgement[]): string {
  return [...new Set(checks.flatMap(({ defect }) => defect ?? []))].join(', ')
}
