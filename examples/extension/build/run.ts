import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readAddress } from '../src/settings/address.ts'
import { bundle } from './bundle.ts'
import { TARGETS } from './manifest.ts'

/** Where `npm run demo` listens. */
const DEMO = 'http://localhost:8000'

const HERE = fileURLToPath(new URL('../', import.meta.url))
const { version } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))

/** `npm run build -w examples/extension [-- --service https://parker.example]` writes `dist/chrome` and `dist/firefox`. */
const { service } = parseArgs({ options: { service: { type: 'string', default: DEMO } } }).values
const address = readAddress(service)
if (address.problem !== undefined) {
  process.stderr.write(`--service ${service}: ${address.problem}\n`)
  process.exitCode = 1
} else {
  for (const target of TARGETS) {
    await bundle(target, new URL(address.origin), version, join(HERE, 'dist', target))
    process.stdout.write(`Built examples/extension/dist/${target} for ${address.origin}\n`)
  }
}
