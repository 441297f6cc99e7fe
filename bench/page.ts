import { figuresTable } from '../scripts/docs/markdown.ts'
import { SESSIONS } from './asks.ts'
import { BARE, WARM } from './contestants.ts'
import type { Spread } from './figures.ts'
import type { Facts } from './machine.ts'
import { FROM_STOCK, type Percentiles, type Results, type Throughput } from './measure.ts'
import { CONNECTIONS, type Plan } from './plan.ts'

/** Below this part of answers that did not wait for OpenAI, a run is not called warm. */
const WARM_AT_LEAST = 0.99

/** The results page, in Markdown. */
export function page(results: Results, facts: Facts, plan: Plan): string {
  return [
    '# Benchmarks',
    'Written by `npm run bench`. The figures are those of one machine in one run; compare them with each other, not ' +
      'with another machine’s.',
    '## Machine',
    figuresTable(['', ''], facts),
    '## Full load',
    fullLoadMethod(results, plan),
    fullLoadTable(results.throughput),
    fullLoadMeaning(),
    '## Half load',
    `Requests come by chance, ${whole(results.pace)} a second on average for ${plan.halfLoadSeconds} s: half of what the ` +
      'service does cold. The answer time is what the caller sees. The own time is what the service says of itself, ' +
      '`total` less `openai` of `Server-Timing`, in steps of 0.1 ms; writing out the answer is not in it. Milliseconds.',
    halfLoadTable(results),
    '## Overload',
    'Requests come at a steady pace on 1,000 connections, whether earlier ones are answered or not, at once, twice and ' +
      'three times the most that the server can serve. *Unsent* requests found every connection waiting. A second each.',
    'Where a mint takes its time, the limit is `MAX_IN_FLIGHT`, 200: at 100 ms that is 2,000 a second, at what OpenAI was ' +
      'recorded to take under 500. What is beyond is refused with 503, at once. Where a mint takes none, the limit is the ' +
      'processor, and the peak is the pace at full load: the service reads only as many requests in a turn of the event ' +
      'loop as it can work on, and the others wait in their connections. The bare proxy, which neither holds back nor ' +
      `refuses, shows what 1,000 connections cost by themselves: its peak, too, is that of ${CONNECTIONS}.`,
    overloadTable(results),
    '## Memory and start',
    `Resident memory (MB = 1,000,000 bytes) after the first answer, after ${whole(plan.memoryRequests)} requests ` +
      `from as many clients, ${CONNECTIONS} at a time, and the most up to then. The service runs with its defaults here, ` +
      'the pool included. The start is from the launch of the process to the end of its first answer, a token; the ' +
      `middle of ${plan.starts}.`,
    footprintTable(results),
    '## What this does not say',
    'OpenAI takes some hundred milliseconds for a mint; the stand-in takes none. So nobody will see these rates in ' +
      'production, and no caller will notice the difference between the servers on a cold token. What the figures say is ' +
      'how little the service adds, how much of a core it needs, and what a warm token saves.',
    'The yardsticks do less: they check no origin, no rate and no field, retry nothing, keep no log and no metrics, and ' +
      'believe whatever OpenAI answers. There is no TLS on either side, and no network.',
  ]
    .join('\n\n')
    .concat('\n')
}

function fullLoadMethod({ ceiling }: Results, plan: Plan): string {
  return [
    `- ${CONNECTIONS} kept-alive connections, each of which asks again as soon as it is answered, for ` +
      `${plan.turnSeconds} s at a time. The servers take turns in ${plan.rounds} rounds, after ${plan.warmUpSeconds} s of ` +
      'warming up, so that a change of the machine’s pace meets them all. The middle, the least and the most of the rounds.',
    `- The requests ask in turn for ${SESSIONS.length} different sessions (voice, difficulty, sport, mode). Each ` +
      'answer is checked: status 200, and a secret that no other answer had. The first wrong one ends the run.',
    '- The load generator and the stand-in for OpenAI are parts of the benchmark, made to cost little. The stand-in ' +
      'answers at once, with as many bytes as OpenAI. With no server between them, the two manage ' +
      `${whole(ceiling)} requests a second.`,
    '- The service writes its log, two JSON lines a token, to a file. Settings other than the defaults: rate limits, since ' +
      'all load is one client; and for the warm runs room in the pool for two spares of each session.',
    '- *Cold*: the pool is off; each token is one call to OpenAI. *Warm*: each token comes from the pool, which replaces it ' +
      'in the background, on the same core: a token and a mint. *Warm, from stock*: bursts on a full stock ' +
      `(${2 * SESSIONS.length} tokens), while the stand-in looks out of reach so that nothing is replaced: the token alone.`,
    '- *Limits in Redis*: cold, and each request is counted in Redis in one round trip. Redis runs beside the load.',
    '- The aim is 0.75 of the bare proxy cold, and 1.5 warm from stock. Where the table says less, it is not reached.',
    '- The bare proxy is `node:http`, one call through undici’s `Pool`, and JSON both ways. Express stands with the global ' +
      '`fetch`. nginx forwards bytes as they are, with one worker; it shows what the machine can do.',
  ].join('\n')
}

function fullLoadTable(throughput: readonly Throughput[]): string {
  const bare = throughput.find(({ name }) => name === BARE.name)
  const rows = throughput.map(({ name, perSecond, cpuMicros, warmShare }) => [
    nameWithShare(name, warmShare),
    whole(perSecond.median),
    range(perSecond),
    bare ? (perSecond.median / bare.perSecond.median).toFixed(2) : '–',
    cpuMicros ? whole(cpuMicros.median) : '–',
    cpuMicros && bare?.cpuMicros ? (bare.cpuMicros.median / cpuMicros.median).toFixed(2) : '–',
  ])
  return figuresTable(['', 'tokens a second', 'least–most', 'to the bare proxy', 'CPU a token, µs', 'by CPU'], rows)
}

/** A run that was to be warm says how warm it was. */
function nameWithShare(name: string, share: number): string {
  if (name !== WARM.name && name !== FROM_STOCK) return name
  const percent = `${(Math.floor(share * 1000) / 10).toFixed(1)} % warm`
  return share >= WARM_AT_LEAST ? `${name} (${percent})` : `${name} (only ${percent}: does not count as warm)`
}

function fullLoadMeaning(): string {
  return (
    'The ratio is to the bare proxy, higher is better. *By CPU* is the same ratio of processor time for a token; it ' +
    'suffers less from whatever else the machine was doing. In the long run every token needs a mint, so the row ' +
    `*${WARM.name}* is what lasts; the pool saves the caller’s wait, not the work.`
  )
}

function halfLoadTable({ halfLoad }: Results): string {
  const three = (times: Percentiles | undefined, digits: number) =>
    times ? [times.p50, times.p95, times.p99].map(time => time.toFixed(digits)) : ['–', '–', '–']
  const rows = halfLoad.map(({ name, waits, own }) => [name, ...three(waits, 2), ...three(own, 1)])
  return figuresTable(['', 'answer p50', 'p95', 'p99', 'own p50', 'p95', 'p99'], rows)
}

function overloadTable({ overload }: Results): string {
  const rows = overload.map(({ name, latencyMs, peak, times, offered, served, refused, unsent }) => {
    const share = `${Math.round((100 * served) / peak)} %`
    return [name, `${latencyMs} ms`, `${times} ×`, ...[offered, served, refused, unsent].map(whole), share]
  })
  return figuresTable(['', 'a mint takes', '', 'offered', 'served', 'refused', 'unsent', 'served, of the peak'], rows)
}

function footprintTable({ footprints }: Results): string {
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? '–' : (bytes / 1e6).toFixed(0))
  const rows = footprints.map(({ name, memory, firstAnswerMs }) => [
    name,
    megabytes(memory?.idle),
    megabytes(memory?.loaded),
    megabytes(memory?.peak),
    whole(firstAnswerMs.median),
  ])
  return figuresTable(['', 'idle, MB', 'loaded, MB', 'most, MB', 'first answer, ms'], rows)
}

function range({ least, most }: Spread): string {
  return `${whole(least)}–${whole(most)}`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
