import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild-wasm'
import { manifestFor, type Target } from './manifest.ts'

const HERE = fileURLToPath(new URL('../', import.meta.url))
const require = createRequire(import.meta.url)

/** The scripts that a build has, by the name of their file. */
const ENTRIES = {
  content: 'src/content.ts',
  panel: 'src/panel/main.ts',
  options: 'src/options.ts',
  permission: 'src/permission.ts',
}

/** Display weights of the typeface. */
const FONTS = ['600-normal', '700-normal', '800-italic']

/** Writes one build into `folder`, which is emptied first. `service` is the address that the settings start out with. */
export async function bundle(target: Target, service: URL, version: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'fonts'), { recursive: true })
  cpSync(join(HERE, 'static'), folder, { recursive: true })
  for (const font of FONTS) copyFileSync(fontFile(`files/barlow-condensed-latin-${font}.woff2`), fontPath(folder, font))
  copyFileSync(fontFile('LICENSE'), join(folder, 'fonts/LICENSE'))
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifestFor(target, service, version), null, 2)}\n`)
  await build({
    absWorkingDir: HERE,
    entryPoints: { ...ENTRIES, background: `src/background/${target}.ts` },
    outdir: folder,
    bundle: true,
    format: 'esm',
    conditions: ['source'],
    target: target === 'chrome' ? 'chrome125' : 'firefox142',
    define: { DEFAULT_SERVICE: JSON.stringify(service.origin) },
    logLevel: 'warning',
  })
}

/** A file of the typeface's package. */
function fontFile(name: string): string {
  return join(dirname(require.resolve('@fontsource/barlow-condensed/LICENSE')), name)
}

function fontPath(folder: string, font: string): string {
  return join(folder, `fonts/barlow-condensed-${font}.woff2`)
}
