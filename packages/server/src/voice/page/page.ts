import { overall, type Verdict } from '../lab/judge.ts'
import { checklist } from './checklist.ts'
import { clipCard } from './clip-card.ts'
import { comparison } from './comparison.ts'
import { mark } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { method } from './method.ts'
import { allFigures, overview } from './overview.ts'
import { REPORT_POLICY, SCRIPT, STYLE } from './policy.ts'
import { nameOf, type Report, type ReportClip } from './report.ts'
import { voiceMatrix } from './voices.ts'

/** One HTML page that holds everything and asks nobody for anything. */
export function reportPage(report: Report): string {
  const ids = new Map(report.clips.map((clip, i) => [clip, `clip-${i + 1}`]))
  const idOf = (clip: ReportClip) => ids.get(clip) ?? ''
  const sections: [id: string, title: string, body: Markup | null][] = [
    ['overview', 'Overview', report.clips.length === 1 ? null : overviewOf(report, idOf)],
    ['clips', 'Clips', html`${report.clips.map(clip => clipCard(clip, idOf(clip)))}`],
    ['voices', 'Voices', report.voices.length > 1 ? voiceMatrix(report.voices) : null],
    ['checklist-page', 'Checklist', checklist(report, idOf)],
    ['method', 'Method', html`${method()}${CAVEATS}`],
  ]
  const shown = sections.filter(([, , body]) => body !== null)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}">
<meta name="color-scheme" content="light dark">
<title>Parker’s voices, ${report.madeAt.slice(0, 10)}</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
</head>
<body>
<a class="skip" href="#clips">Skip to the report</a>
<header class="top"><div class="wrap">
  <h1>Parker’s voices</h1>
  <p class="sub">${subtitle(report)}</p>
  ${tally(report)}
</div></header>
<nav class="tabs" aria-label="Parts of the report"><div class="wrap">${shown.map(([id, title]) => html`<a href="#${id}">${title}</a>`)}</div></nav>
<main class="wrap">${shown.map(([id, title, body]) => html`<section id="${id}"><h2>${title}</h2>${body}</section>`)}</main>
</body>
<script>${raw(SCRIPT)}</script>
</html>
`.html
}

function overviewOf(report: Report, idOf: (clip: ReportClip) => string): Markup {
  return html`${comparison(report, idOf)}${overview(report, idOf)}<h3>All figures</h3>${allFigures(report, idOf)}`
}

/** Our own files, as they are. */
function raw(text: string): Markup {
  return { html: text }
}

function subtitle({ madeAt, speaker, clips, usd, baseline }: Report): string {
  const replies = clips.length === 1 && clips[0] ? nameOf(clips[0]) : `${clips.length} replies`
  const cost = usd === null ? '' : ` · $${usd.toFixed(usd < 0.1 ? 4 : 2)}`
  const compared = baseline ? ` · compared with ${baseline}` : ''
  return `${madeAt.slice(0, 16).replace('T', ' ')} UTC · ${replies} · ${speaker}${cost}${compared}`
}

const COUNTED: readonly [Verdict, string][] = [
  ['pass', 'pass'],
  ['warn', 'with a warning'],
  ['fail', 'fail'],
]

function tally({ clips, failures }: Report): Markup {
  const count = (verdict: Verdict) => clips.filter(({ result }) => result.verdict === verdict).length
  return html`<p class="tally">${mark(overall(clips.map(({ result }) => result)))}${COUNTED.filter(
    ([verdict]) => count(verdict) > 0,
  ).map(
    ([verdict, words]) => html`<span class="${verdict}"><strong>${count(verdict)}</strong> ${words}</span>`,
  )}</p>${failures.map(failure => html`<p class="failure">${failure}</p>`)}`
}

const CAVEATS = html`<p class="note">The words are judged by the transcript that came with the audio. With OpenAI that is the
model’s own account of what it said: it can be right where the sound is slurred. Listen where it matters. Times are those of a
WebSocket between this machine and OpenAI; a browser’s WebRTC call has its own. A median pitch and a mean cepstrum tell voices
apart; they say nothing about which one is better.</p>`
