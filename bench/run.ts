import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { shareCores } from './cores.ts'
import { factsOf, nginxVersion } from './machine.ts'
import { measure } from './measure.ts'
import { page } from './page.ts'
import { FULL, QUICK } from './plan.ts'

const PAGE = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

/** `npm run bench` writes the page; `--quick` takes half a minute and prints it instead. */
const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values
const plan = quick ? QUICK : FULL
const say = (text: string) => void process.stderr.write(`${text}\n`)

const cores = shareCores()
const nginx = nginxVersion()
say(`Benchmarks: ${cores.words}.`)
const results = await measure(plan, cores, nginx !== undefined, say)
const text = page(results, factsOf(nginx, cores.words), plan)
if (quick) process.stdout.write(text)
else {
  writeFileSync(PAGE, text)
  say('Written: docs/benchmarks.md')
}
