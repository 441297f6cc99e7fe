import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { LIMIT, type Setting, type Stage } from './stage.ts'
import type { Mood } from './stand-in.ts'

/** Something that goes wrong, and how it is put right. */
export interface Fault {
  name: string
  setting: Setting
  harm(stage: Stage): unknown
  mend(stage: Stage): unknown
  /** How many requests of the greedy client may pass beyond its limit, at most, and why. */
  slack: number
  /** Why it cannot be played on this machine. */
  leftOut?: () => string | undefined
  /** Ends that clients may see while it lasts, beside 200. */
  sees: readonly string[]
}

const HALF = Math.ceil(LIMIT / 2)
/** While Redis is away each of two instances lets half of each limit pass, on top of what was used before. */
const TWO_HALVES = 2 * HALF

const ONE: Setting = { instances: 1 }
const TWO: Setting = { instances: 2, redis: true }

const OPENAI_DOWN = ['502 upstream_unavailable', '503 circuit_open', '503 overloaded']

const openAi = (name: string, mood: Mood, sees: readonly string[]): Fault => ({
  name,
  setting: ONE,
  harm: stage => {
    stage.openAi.mood = mood
  },
  mend: stage => {
    stage.openAi.mood = 'well'
  },
  slack: 0,
  sees,
})

/** Debian's place for it. */
const FAKETIME = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
].find(existsSync)

/** The wall clock of the service, by a file that is read each time; the monotonic one stays. */
const fakedClock = (folder: string): Record<string, string> => ({
  LD_PRELOAD: FAKETIME ?? '',
  FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
})

const setClock = (folder: string, offset: string) => writeFileSync(join(folder, 'clock'), `${offset}\n`)

const clockJump = (name: string, offset: string, sees: readonly string[]): Fault => ({
  name,
  setting: {
    instances: 1,
    conditions({ folder }) {
      setClock(folder, '+0')
      return { env: fakedClock(folder) }
    },
  },
  harm: ({ folder }) => setClock(folder, offset),
  mend: ({ folder }) => setClock(folder, '+0'),
  slack: 0,
  leftOut: () => (FAKETIME ? undefined : 'libfaketime is not installed (Debian: faketime)'),
  sees,
})

/** A hosts file of the service's own, which only it sees, in a mount namespace of its own. */
const HOST = 'openai.internal'
const hostsFile = (folder: string) => join(folder, 'hosts')
const OWN_HOSTS = 'mount --bind "$0" /etc/hosts && exec "$@"'

function mayMount(): string | undefined {
  const { status } = spawnSync('unshare', [
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    'mount --bind /etc/hosts /etc/hosts',
  ])
  return status === 0 ? undefined : 'no right to a mount namespace of its own (needs root)'
}

const idle = new WeakMap<Stage, Socket[]>()
/** More than the descriptors that the service may have, fewer than stand-in and load need to notice. */
const IDLE_CONNECTIONS = 200
const FEW_DESCRIPTORS = 90

export const FAULTS: readonly Fault[] = [
  {
    name: 'Redis killed (-9) in mid-load, and started again, empty',
    setting: TWO,
    harm: ({ redis }) => redis?.kill(),
    mend: ({ redis }) => redis?.start(),
    // Its counts are gone with it, so the limit begins anew.
    slack: TWO_HALVES + LIMIT,
    sees: [],
  },
  {
    name: 'Redis paused (SIGSTOP) and resumed',
    setting: TWO,
    harm: ({ redis }) => redis?.pause(),
    mend: ({ redis }) => redis?.resume(),
    slack: TWO_HALVES,
    sees: [],
  },
  {
    name: 'One of two instances killed (-9), and started again',
    setting: TWO,
    harm: ({ instances }) => instances[0]?.kill(),
    mend: stage => stage.restart(0),
    slack: 0,
    sees: ['refused', 'connection lost'],
  },
  openAi('OpenAI slow (0.8 s a mint)', 'slow', []),
  openAi('OpenAI flapping (0.3 s well, 0.3 s failing)', 'flapping', OPENAI_DOWN),
  openAi('OpenAI resetting connections', 'resetting', OPENAI_DOWN),
  openAi('OpenAI answering garbage', 'garbage', ['502 upstream_invalid']),
  openAi('OpenAI answering after the deadline', 'too late', [
    '504 upstream_timeout',
    '503 circuit_open',
    '503 overloaded',
  ]),
  {
    name: 'OpenAI’s name not resolving',
    setting: {
      instances: 1,
      conditions({ folder, openAi }) {
        writeFileSync(hostsFile(folder), `127.0.0.1 localhost ${HOST}\n`)
        return {
          through: ['unshare', '-m', '--propagation', 'private', 'sh', '-c', OWN_HOSTS, hostsFile(folder)],
          settings: { OPENAI_BASE_URL: `http://${HOST}:${openAi.port}/v1` },
        }
      },
    },
    harm({ folder, openAi }) {
      writeFileSync(hostsFile(folder), '127.0.0.1 localhost\n')
      openAi.disconnect()
    },
    mend: ({ folder }) => writeFileSync(hostsFile(folder), `127.0.0.1 localhost ${HOST}\n`),
    slack: 0,
    leftOut: mayMount,
    sees: OPENAI_DOWN,
  },
  clockJump('Clock two minutes ahead, and back', '+120', []),
  clockJump('Clock a day back, and forth again', '-1d', []),
  clockJump('Clock a day ahead, and back again', '+1d', []),
  {
    name: 'Nobody reading stdout',
    setting: { instances: 1, conditions: () => ({ readNothing: true }) },
    harm: () => {},
    mend: () => {},
    slack: 0,
    sees: [],
  },
  {
    name: `File descriptors exhausted (${IDLE_CONNECTIONS} idle connections, ulimit -n ${FEW_DESCRIPTORS})`,
    setting: {
      instances: 1,
      conditions: () => ({ through: ['sh', '-c', `ulimit -n ${FEW_DESCRIPTORS} && exec "$0" "$@"`] }),
    },
    harm(stage) {
      const { port } = stage.instances[0] as { port: number }
      idle.set(
        stage,
        Array.from({ length: IDLE_CONNECTIONS }, () => connect(port, '127.0.0.1').on('error', () => {})),
      )
    },
    mend(stage) {
      for (const socket of idle.get(stage) ?? []) socket.destroy()
    },
    slack: 0,
    sees: ['connection lost', 'no answer', 'refused', ...OPENAI_DOWN],
  },
]
