import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's packages that build and run the image without a Docker engine. */
const PROGRAMS = ['buildah', 'podman', 'crun', 'debootstrap', 'unshare', 'nsenter', 'npm']

/** Why images cannot be built and run here; undefined where they can. */
export function whyNoContainers(env: Record<string, string | undefined> = process.env): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  const missing = PROGRAMS.filter(program => !isOnPath(program, env.PATH ?? ''))
  return missing.length > 0 ? `needs ${missing.join(', ')} (packages of Debian)` : undefined
}

export function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
