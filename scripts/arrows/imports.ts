import { posix } from 'node:path'

/** `import … from 'x'`, `export … from 'x'` (types too), `import 'x'` and `import('x')`. */
const IMPORTS = [
  /^(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
]

/** What a file imports: paths from the root for our own files, names for packages; those of Node are left out. */
export function importsOf(file: string, text: string): string[] {
  const names = IMPORTS.flatMap(pattern => [...text.matchAll(pattern)].map(match => match[1] ?? ''))
  const resolved = names
    .filter(name => !name.startsWith('node:'))
    .map(name => (name.startsWith('.') ? posix.join(posix.dirname(file), name) : name))
  return [...new Set(resolved)]
}
