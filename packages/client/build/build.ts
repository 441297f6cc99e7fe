import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleClient } from './bundle.ts'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Writes `dist/`: the module, and its types. */
rmSync(at('dist'), { recursive: true, force: true })
mkdirSync(at('dist'))
writeFileSync(at('dist/index.js'), await bundleClient())
execFileSync('tsc', ['-p', at('tsconfig.build.json')], { stdio: 'inherit' })
