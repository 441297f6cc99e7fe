import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const LEFT_OUT = new Set(['node_modules', '.git'])

/** A copy of the tree at `root` that may be broken, with the same packages; `remove` ends it. */
export function scratchCopy(root: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'parker-mutants-'))
  cpSync(root, path, { recursive: true, filter: source => !LEFT_OUT.has(basename(source)) })
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
