import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { faultWords } from './fault-words.ts'
import { jsonOf } from './test-emulator.ts'

const cli = fileURLToPath(new URL('cli.ts', import.meta.url))

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })

const ended = async (args: readonly string[]) => {
  const child = run(args)
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { out, err, status }
}

test('the command tells where it listens, takes its options, and ends on a signal', async t => {
  const child = run(['--port', '0', '--latency-ms', '1', '--beta'], { EMULATOR_FAULTS: 'mint:status=503,times=1' })
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
  const state = await jsonOf(await fetch(`${url}/_emulator/state`))
  assert.deepEqual(state, {
    requests: {},
    mints: 0,
    faults: ['mint:status=503,times=1'],
    latencyMs: { mint: 1, call: 0, reply: 0 },
    calls: { open: 0, total: 0 },
  })
  assert.equal((await fetch(`${url}/v1/realtime/sessions`, { method: 'POST' })).status, 503)
  assert.equal((await fetch(`${url}/v1/realtime/sessions`, { method: 'POST' })).status, 401)
  child.kill('SIGTERM')
  const [status] = await once(child, 'exit')
  assert.equal(status, 0)
})

test('the command ends on a signal though a sideband waits for an hour', async t => {
  const child = run(['--port', '0', '--faults', 'sideband:delay=3600000,times=1'])
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  const address = /127\.0\.0\.1:\d+/.exec(line)?.[0]
  const socket = new WebSocket(`ws://${address}/v1/realtime?call_id=rtc_x`)
  const dropped = once(socket, 'close')
  const unspent = async () => (await jsonOf(await fetch(`http://${address}/_emulator/state`))).faults
  while ((await unspent()).length > 0);
  child.kill('SIGTERM')
  const [status] = await once(child, 'exit')
  assert.equal(status, 0)
  await dropped
})

test('--help lists every option and every word', async () => {
  const { out, status } = await ended(['--help'])
  assert.equal(status, 0)
  for (const word of [...Object.keys(faultWords), '--latency-ms', '/_emulator/state'])
    assert.ok(out.includes(word), word)
})

const bad: readonly [args: string[], message: RegExp][] = [
  [['--port', 'abc'], /--port abc: expected a whole number/],
  [['--faults', 'mint:explode'], /'explode' is not a fault/],
  [['--media-address', 'mars'], /expected an IPv4 address/],
  [['--session-seconds', '3601'], /up to 3600 seconds/],
  [['--heard', ''], /phrases of 1 to 500/],
  [['--control-from', 'mars'], /expected loopback or anywhere/],
  [['--nonsense'], /Unknown option/],
]

for (const [args, message] of bad) {
  test(`${args.join(' ')} ends with an error`, async () => {
    const { err, status } = await ended(args)
    assert.equal(status, 1)
    assert.match(err, message)
  })
}
