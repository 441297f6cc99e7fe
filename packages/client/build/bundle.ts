import { fileURLToPath } from 'node:url'
import { build } from 'esbuild-wasm'

const ENTRY = fileURLToPath(new URL('../src/index.ts', import.meta.url))

/** The whole client as one minified ES module. */
export async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
