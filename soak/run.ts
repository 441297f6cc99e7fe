import { parseArgs } from 'node:util'
import { playFaults } from './faults.ts'
import { soak } from './long.ts'

/**
 * `npm run soak`: every fault for real, then a steady load for long; writes docs/resilience.md. Ends with 1 when something
 * was not as promised. All load goes to this machine.
 */
const { values } = parseArgs({
  options: {
    /** `faults` or `load`: only that half. */
    only: { type: 'string' },
    /** How long each fault lasts. */
    'fault-seconds': { type: 'string', default: '5' },
    /** Requests a second during a fault. */
    'fault-rate': { type: 'string', default: '200' },
    /** How long the steady load lasts. */
    minutes: { type: 'string', default: '10' },
    /** Requests a second of the steady load. */
    rate: { type: 'string', default: '1000' },
  },
})
const say = (text: string) => void process.stderr.write(`${text}\n`)
const problems: string[] = []
if (values.only !== 'load') {
  const pace = {
    perSecond: Number(values['fault-rate']),
    beforeMs: 2000,
    faultMs: Number(values['fault-seconds']) * 1000,
  }
  problems.push(...(await playFaults(pace, say)))
}
if (values.only !== 'faults') problems.push(...(await soak(Number(values.minutes), Number(values.rate), say)))
say(problems.length > 0 ? `Not as promised:\n${problems.join('\n')}` : 'All as promised.')
process.exitCode = problems.length > 0 ? 1 : 0
