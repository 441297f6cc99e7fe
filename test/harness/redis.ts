import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { findPart, REDIS } from '../run/parts.ts'
import { freePort } from './free-port.ts'

const run = promisify(execFile)

/** A real Redis of the test's own, in memory only. */
export interface RedisServer {
  port: number
  /** For `REDIS_URL`, without a password. */
  url: string
  /** Asks through redis-cli; resolves with what it printed. */
  ask(...words: string[]): Promise<string>
  /** Every command that clients send from now on, one a line; those of redis-cli and of scripts are among them. */
  monitor(): Promise<Monitor>
  /** `kill -9`. What it held is lost. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open and nobody answers. */
  pause(): void
  resume(): void
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
}

interface Monitor {
  lines(): string[]
  stop(): void
}

/** A test that fails may forget to end it. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts Redis on a free port and waits until it takes connections. */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
  const program = findPart(REDIS, process.env)
  if (!program) throw new Error(`no Redis: install the package ${REDIS.package}`)
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options]
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const started = spawn(program as string, args, { cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] })
    child = started
    running.add(started)
    started.once('exit', () => running.delete(started))
    const lines = createInterface({ input: started.stdout as NodeJS.ReadableStream })
    for await (const line of lines) if (line.includes('Ready to accept connections')) break
    started.stdout?.resume()
    if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}`)
  }

  const ask = async (...words: string[]) => (await run('redis-cli', ['-p', String(port), ...words])).stdout.trim()

  await start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask,
    start,
    async monitor() {
      const watcher = spawn('redis-cli', ['-p', String(port), 'MONITOR'], { stdio: ['ignore', 'pipe', 'ignore'] })
      const lines: string[] = []
      createInterface({ input: watcher.stdout }).on('line', line => lines.push(line))
      await once(watcher.stdout, 'data')
      return { lines: () => lines, stop: () => void watcher.kill() }
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  }
}

/** A way to a server on which every byte of its answers is late by `delayMs`, which may change. */
export interface SlowWay {
  port: number
  delayMs: number
  close(): void
}

export async function slowWayTo(port: number): Promise<SlowWay> {
  const sockets = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', chunk => far.write(chunk))
    far.on('data', chunk => {
      if (way.delayMs === 0) near.write(chunk)
      else setTimeout(() => near.write(chunk), way.delayMs)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const way: SlowWay = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return way
}
