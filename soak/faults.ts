import { table } from '../scripts/docs/markdown.ts'
import { FAULTS } from '../test/faults/faults.ts'
import { type Pace, type Played, play } from '../test/faults/play.ts'
import { LIMIT, STAGE_SETTINGS } from '../test/faults/stage.ts'
import { machine, megabytes, shares, writeSection } from './page.ts'

/** What the service may say beside what the fault allows: the second on any machine that is too busy with other things. */
const WELL = ['200', '503 overloaded']

/** Plays every fault, one after another, and writes the table. Resolves with what was not as promised. */
export async function playFaults(pace: Pace, say: (text: string) => void): Promise<string[]> {
  const played: Played[] = []
  const leftOut: string[] = []
  const problems: string[] = []
  for (const fault of FAULTS) {
    const why = fault.leftOut?.()
    if (why !== undefined) {
      leftOut.push(`- ${fault.name}: left out, ${why}.`)
      continue
    }
    try {
      const result = await play(fault, pace)
      played.push(result)
      say(`${fault.name}: ${shares(result.seen)}; well after ${seconds(result.healMs)} s`)
      const odd = Object.keys(result.seen).filter(end => !WELL.includes(end) && !fault.sees.includes(end))
      if (odd.length > 0) problems.push(`${fault.name}: clients saw ${odd.join(', ')}`)
      if (result.twice > 0) problems.push(`${fault.name}: ${result.twice} secrets were given twice`)
      if (result.overshoot > fault.slack) problems.push(`${fault.name}: ${result.overshoot} passed beyond the limit`)
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  writeSection('Faults', text(played, leftOut, pace))
  return problems
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1)

function text(played: readonly Played[], leftOut: readonly string[], { perSecond, beforeMs, faultMs }: Pace): string {
  const rows = played.map(({ name, seen, healMs, twice, overshoot, slack, memory }) => [
    name,
    shares(seen),
    seconds(healMs),
    String(twice),
    `${overshoot} of at most ${slack}`,
    megabytes(memory),
  ])
  const head = [
    'Fault',
    'What clients saw',
    'Well again after, s',
    'Secrets given twice',
    'Beyond the limit',
    'Memory, MB',
  ]
  return [
    `Written by \`npm run soak\`. ${machine()}`,
    `Each fault is made for real, ${seconds(beforeMs)} s into a load of ${perSecond} requests a second, and lasts ${seconds(faultMs)} s. ` +
      'Half of the requests can be served warm; the other half bring a context of their own, so that each needs a mint. ' +
      'What clients saw is counted from the beginning of the fault until all was well again: until the first of 40 answers ' +
      'in a row that were all 200 and under the whole limit. That time is measured from when the fault began to be put right, so ' +
      'that the start of an instance counts. Clients try nothing twice, and go to the ' +
      'instances in turn, also to a dead one; a load balancer would not. Memory is the most of the largest instance.',
    `One client asks for more than its limit of ${LIMIT} a minute all the time; its requests are not in the second column. ` +
      'Beyond the limit is how many more of them were let through, and the most that is accepted: while Redis is away each ' +
      'instance counts alone, at half of each limit, beside what was counted before; and a Redis that comes back empty ' +
      'begins anew.',
    table(head, rows),
    ...(leftOut.length > 0 ? [leftOut.join('\n')] : []),
    `Settings other than the defaults: ${Object.entries(STAGE_SETTINGS)
      .map(([name, value]) => `\`${name}=${value}\``)
      .join(' ')}.`,
  ].join('\n\n')
}
