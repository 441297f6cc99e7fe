import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { BASE_IMAGE, provideBase } from './base.ts'
import { run } from './run.ts'

/** A Docker engine as far as the guide's commands go, made of Debian's buildah and podman. */
export interface Engine {
  /** Runs a command as a shell would, with `docker` on its PATH. Resolves with its standard output. */
  shell(command: string, options?: { cwd?: string }): Promise<string>
  docker(...args: string[]): Promise<string>
  /** Removes every container and image that was made, except for the base. */
  close(): Promise<void>
}

/** Kept from run to run: the base takes most of the time. */
const KEPT = join(tmpdir(), 'parker-containers')
const BASE_FOLDER = join(KEPT, `base-${process.version}-${process.arch}`)

/** Where certificates of the machine's own may stand, in the order in which they are looked for. */
const CERTIFICATES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem']

/** Provides the base and a place of its own for images and containers. Needs `whyNoContainers` to have no reason. */
export async function startEngine(): Promise<Engine> {
  await provideBase(BASE_FOLDER)
  const own = mkdtempSync(join(tmpdir(), 'parker-engine-'))
  const storage = ['--root', join(own, 'storage'), '--runroot', join(own, 'run')]
  const namespace = await openNamespace()
  const env = { ...process.env, PATH: `${join(own, 'bin')}${delimiter}${process.env.PATH}` }
  const close = () => {
    if (!existsSync(own)) return
    spawnSync(join(own, 'bin/docker'), ['rm', '--all', '--force', '--time', '0'], { stdio: 'ignore' })
    spawnSync('buildah', [...storage, 'rmi', '--all', '--force'], { stdio: 'ignore' })
    namespace.kill()
    rmSync(own, { recursive: true, force: true })
  }
  // A test that fails may forget to end it.
  process.once('exit', close)
  writeDocker(own, storage, await npmVolumes(own), namespace.pid)
  await importBase(storage)
  return {
    shell: (command, options) => run('bash', ['-euo', 'pipefail', '-c', command], { env, ...options }),
    docker: (...args) => run('docker', args, { env }),
    async close() {
      process.off('exit', close)
      close()
    },
  }
}

/**
 * A mount namespace in which podman finds no second cgroup tree to trip over. All containers have to be started, asked and
 * stopped in the same one; it lasts as long as its process.
 */
async function openNamespace(): Promise<ChildProcess> {
  const script = 'if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi; echo ready; exec cat'
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`unshare ended with ${code}`)
  })
  await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => {})
  return child
}

/** Lets npm inside a build use the registry and the certificates of this machine. Nothing of it gets into the image. */
async function npmVolumes(own: string): Promise<string[]> {
  const registry = (await run('npm', ['config', 'get', 'registry'])).trim()
  const certificates = CERTIFICATES.find(file => existsSync(file))
  const npmrc = join(own, 'npmrc')
  const inside = '/etc/machine-certificates.crt'
  writeFileSync(npmrc, `registry=${registry}\n${certificates ? `cafile=${inside}\n` : ''}`)
  return [`${npmrc}:/usr/local/etc/npmrc:ro`, ...(certificates ? [`${certificates}:${inside}:ro`] : [])]
}

/** The flags with which containers run on a machine without systemd, a bridge network or cgroups of its own. */
const PODMAN = ['--runtime', 'crun', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--log-level', 'fatal']
const RUN = ['--network=host', '--cgroups=disabled', '--ulimit', 'nofile=20000:20000', '--ulimit', 'nproc=32768:32768']
const BUILD = ['--isolation', 'chroot', '--pull-never', '--format', 'docker']

/** Puts a program `docker` into the folder that hands everything on to buildah and podman. */
function writeDocker(own: string, storage: string[], volumes: string[], namespace: number | undefined): void {
  const build = words([...storage, 'bud', ...BUILD, ...volumes.flatMap(volume => ['--volume', volume])])
  const podman = words(['podman', ...storage, ...PODMAN])
  const inside = `exec nsenter --target ${namespace} --mount sh -c 'cd "$1"; shift; exec "$@"' sh "$PWD" ${podman}`
  mkdirSync(join(own, 'bin'))
  const file = join(own, 'bin/docker')
  writeFileSync(
    file,
    `#!/bin/sh
command=$1
shift
case $command in
  build) exec buildah ${build} "$@" ;;
  run) ${inside} run ${words(RUN)} "$@" ;;
  *) ${inside} "$command" "$@" ;;
esac
`,
  )
  chmodSync(file, 0o755)
}

const words = (list: readonly string[]) => list.map(word => `'${word}'`).join(' ')

async function importBase(storage: string[]): Promise<void> {
  const buildah = async (...args: string[]) => (await run('buildah', [...storage, ...args])).trim()
  const container = await buildah('from', 'scratch')
  await buildah('copy', '--quiet', container, BASE_FOLDER, '/')
  // As in the official image, whose script of this name hands over to the command.
  await buildah('config', '--entrypoint', '["docker-entrypoint.sh"]', '--cmd', '["node"]', container)
  await buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container)
  await buildah('commit', '--quiet', container, BASE_IMAGE)
  await buildah('rm', container)
}
