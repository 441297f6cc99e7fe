import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './run.ts'

/** What the Dockerfile's `FROM` means in full. */
export const BASE_IMAGE = 'docker.io/library/node:24-bookworm-slim'

/** What Debian's own slim images leave out as well. */
const LEFT_OUT = ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale', 'var/log']

/**
 * Makes a folder that stands in for the official base image: a minimal Debian, this very Node, npm, the user `node`. Takes
 * about 40 s, once; the folder is kept and found again. It proves the Dockerfile's logic, not the official base.
 */
export async function provideBase(folder: string): Promise<void> {
  if (existsSync(folder)) return
  const making = `${folder}.${process.pid}`
  mkdirSync(dirname(folder), { recursive: true })
  try {
    await makeBase(making)
    renameSync(making, folder)
  } catch (error) {
    // Unless somebody else was quicker.
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

async function makeBase(root: string): Promise<void> {
  await run('debootstrap', ['--variant=minbase', 'bookworm', root])
  for (const path of LEFT_OUT) rmSync(join(root, path), { recursive: true, force: true })
  const local = join(root, 'usr/local')
  copyFileSync(process.execPath, join(local, 'bin/node'))
  chmodSync(join(local, 'bin/node'), 0o755)
  await run('npm', ['install', '--global', '--prefix', local, '--no-audit', '--no-fund', 'npm@11'])
  await run('chroot', [root, 'useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', 'node'])
}
