import { globSync } from 'node:fs'
import { join } from 'node:path'

const PATTERNS = ['packages', 'examples', 'scripts', 'demo', 'bench', 'test'].map(folder => `${folder}/**/*.test.ts`)

/** All test files below `root`, or those whose path holds one of `wanted`; sorted, relative to `root`. */
export function testFiles(root: string, wanted: readonly string[]): string[] {
  const all = globSync(PATTERNS, { cwd: root, exclude: path => path.includes('node_modules') }).sort()
  if (wanted.length === 0) return all
  return all.filter(file => wanted.some(part => join(file).includes(join(part))))
}
