import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'

const MODULE = new URL('./lines.ts', import.meta.url).href

function scriptOf(code: string): string {
  return `import { lineWriter, unblockedStdout } from '${MODULE}'; const lines = lineWriter(unblockedStdout()); ${code}`
}

/** A process that has a writer on its stdout and runs this code. */
function run(code: string) {
  const script = scriptOf(code)
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
}

it('lines come out whole and in order, also where a reader is slow', async () => {
  const child = run(`for (let i = 0; i < 20000; i++) lines.write('line ' + i + ' ’\\n')`)
  const all = await text(child.stdout)
  assert.equal(all, Array.from({ length: 20_000 }, (_, i) => `line ${i} ’\n`).join(''))
})

it('flush writes what is waiting before the process ends', async () => {
  const child = run(`lines.write('one\\n'); lines.write('two\\n'); lines.flush(); process.exit(0)`)
  assert.equal(await text(child.stdout), 'one\ntwo\n')
})

it('a closed stdout stops nothing, and what could not be written is counted', async () => {
  const child = run(`
    let taken = 0
    setInterval(() => { taken += lines.write('x'.repeat(1000) + '\\n') }, 1)
    setInterval(() => lines.dropped > 100 && lines.dropped >= taken - 2 && process.exit(7), 10)`)
  child.stdout.destroy()
  assert.deepEqual(await once(child, 'exit'), [7, null])
})

it('lines that nobody reads are dropped beyond a bound, and the process goes on', async () => {
  const child = run(`
    const line = 'x'.repeat(1023) + '\\n'
    let taken = 0
    for (let i = 0; i < 100_000; i++) taken += lines.write(line)
    setTimeout(() => process.stderr.write(taken + ' ' + process.memoryUsage().rss), 300)`)
  const [taken, memory] = String(await once(child.stderr, 'data'))
    .split(' ')
    .map(Number)
  assert.equal(taken, 8192, 'the writer says which it took')
  assert.ok(memory && memory < 150e6, `${memory} bytes`)
  child.kill('SIGKILL')
})

/** As `run`, with a pipe of the shell as stdout, which Node's own are not. What the reader, a command, makes of it is the result. */
function runInto(reader: string, code: string) {
  const pipeline = `{ "$0" --input-type=module -e "$1"; echo "exit $?" >&2; } | ${reader}`
  const words = ['-c', pipeline, process.execPath, scriptOf(code)]
  return spawn('sh', words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
}

it('a process whose stdout is a full pipe that nobody reads can end all the same', async t => {
  const child = runInto(
    'sleep 60',
    `
    for (let i = 0; i < 1000; i++) lines.write('x'.repeat(1023) + '\\n')
    setTimeout(() => { lines.flush(); process.exit(0) }, 300)`,
  )
  t.after(() => process.kill(-(child.pid as number), 'SIGKILL'))
  const [said] = await once(child.stderr, 'data', { signal: AbortSignal.timeout(30_000) })
  assert.equal(String(said), 'exit 0\n')
})

it('a full pipe that is read late gets every line', async () => {
  const child = runInto('{ sleep 1; cat; }', `for (let i = 0; i < 20000; i++) lines.write('line ' + i + ' ’\\n')`)
  assert.equal(await text(child.stdout), Array.from({ length: 20_000 }, (_, i) => `line ${i} ’\n`).join(''))
})
