import { parseArgs } from 'node:util'
import { figuresTable } from '../../scripts/docs/markdown.ts'
import { machine, megabytes, whole, writeSection } from '../../soak/page.ts'
import { type FuzzResult, fuzz } from './fuzz.ts'

/** Requests from which on a run is written to docs/resilience.md. */
const WORTH_A_PAGE = 100_000

/** `npm run fuzz -- --requests 100000 --seed 1`; `--only N` sends case N of the seed alone. Ends with 1 on a finding. */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    only: { type: 'string' },
  },
})
const say = (text: string) => void process.stderr.write(`${text}\n`)
say(`Seed ${values.seed}.`)
const result = await fuzz({
  seed: Number(values.seed),
  requests: Number(values.requests),
  only: values.only === undefined ? undefined : Number(values.only),
  onProgress: done => say(`${done} requests`),
})
const { failures, ...figures } = result
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n${failures.join('\n\n')}\n`)
if (result.requests >= WORTH_A_PAGE) writeSection('Fuzz', page(result))
process.exitCode = failures.length > 0 ? 1 : 0

function page({ seed, requests, seconds, statuses, secrets, memory, failures }: FuzzResult): string {
  const found = failures.length === 0 ? 'Nothing was found.' : `Kinds of failure found: ${failures.length}.`
  return [
    `Written by \`npm run fuzz\`. ${machine()}`,
    `${whole(requests)} generated requests with seed ${seed} in ${whole(seconds)} s, to four instances with different settings: odd ` +
      'methods, paths, headers, bodies, encodings, lengths, origins, tokens and forwarding chains; pipelined, in pieces, damaged, ' +
      'half-closed and cut off. Each answer is held to the promised statuses, shapes and headers; the logs are searched for ' +
      `secrets, instructions and addresses. ${found}`,
    figuresTable(
      ['Status', 'Answers'],
      Object.entries(statuses).map(([status, count]) => [status, whole(count)]),
    ),
    '*none* are connections closed without an answer, as is allowed for broken or abandoned messages. ' +
      `${aboutVoiceTests(statuses)}${whole(secrets)} secrets, all different. ` +
      `Resident memory of the largest instance: ${megabytes(memory.halfway)} MB halfway, ${megabytes(memory.end)} MB at the end, ` +
      `${megabytes(memory.most)} MB at most.`,
  ].join('\n\n')
}

function aboutVoiceTests(statuses: Record<string, number>): string {
  if (!statuses[502]) return ''
  return '*502* is a voice test that passed all checks: the stand-in has no sockets. '
}
