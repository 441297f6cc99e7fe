import type { Verdict } from '../lab/judge.ts'
import { figure, mark } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { nameOf, type Report, type ReportClip } from './report.ts'

/** From good to bad. */
const ORDER: readonly Verdict[] = ['pass', 'none', 'warn', 'fail']

/** What has become better or worse since the baseline, check by check; nothing where there is no baseline. */
export function comparison({ clips, baseline }: Report, idOf: (clip: ReportClip) => string): Markup | null {
  if (baseline === null) return null
  const known = clips.filter(({ before }) => before !== null)
  const changes = known.flatMap(clip => changesOf(clip, idOf(clip)))
  const worse = changes.filter(({ by }) => by > 0)
  const better = changes.filter(({ by }) => by < 0)
  return html`
<div class="compared"><h3>Since ${baseline}</h3>
<p>${summary(known.length, clips.length, better.length, worse.length)}</p>
${worse.length + better.length > 0 ? html`<ul>${[...worse, ...better].map(({ text }) => text)}</ul>` : null}</div>`
}

interface Change {
  /** Above 0: worse. */
  by: number
  text: Markup
}

function changesOf(clip: ReportClip, id: string): Change[] {
  return clip.result.checks.flatMap(now => {
    const was = clip.before?.checks.find(({ name }) => name === now.name)
    if (!was || was.verdict === now.verdict) return []
    const by = ORDER.indexOf(now.verdict) - ORDER.indexOf(was.verdict)
    const text = html`<li>${mark(was.verdict)} → ${mark(now.verdict)} <a href="#${id}">${nameOf(clip)}</a>: ${now.title.toLowerCase()} ${figure(was)} → ${figure(now)}</li>`
    return [{ by, text }]
  })
}

function summary(known: number, all: number, better: number, worse: number): string {
  const compared = `${known} of ${all} replies have a counterpart.`
  if (better + worse === 0) return `${compared} No verdict has changed.`
  return `${compared} ${better} ${better === 1 ? 'verdict is' : 'verdicts are'} better, ${worse} worse.`
}
