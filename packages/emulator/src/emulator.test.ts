import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { startEmulator } from './emulator.ts'
import { emulatorFor, jsonOf } from './test-emulator.ts'

const MINTS = 'POST /v1/realtime/client_secrets'

test('an unknown path is a 404, counted and said aloud', async t => {
  const lines: string[] = []
  const { emulator, ask } = await emulatorFor(t, { log: line => lines.push(line) })
  const response = await ask('/v1/realtime/secrets?a=1', { method: 'DELETE' })
  assert.equal(response.status, 404)
  assert.equal((await jsonOf(response)).error.message, 'Invalid URL (DELETE /v1/realtime/secrets)')
  assert.deepEqual(lines, ['emulator: nobody knows DELETE /v1/realtime/secrets'])
  assert.deepEqual(emulator.counts, { unknown: { 404: 1 } })
})

test('the model list needs a key', async t => {
  const { ask, key } = await emulatorFor(t)
  assert.equal((await ask('/v1/models')).status, 401)
  const list = await jsonOf(await ask('/v1/models', { headers: key }))
  assert.equal(list.object, 'list')
})

test('requests are kept with their key masked', async t => {
  const { emulator, mint } = await emulatorFor(t)
  await mint({ session: { type: 'realtime' } }, { headers: { authorization: 'Bearer sk-proj-secret', 'x-a': 'b' } })
  const [request] = emulator.requests
  assert.equal(request?.method, 'POST')
  assert.equal(request.path, '/v1/realtime/client_secrets')
  assert.deepEqual(request.body, { session: { type: 'realtime' } })
  assert.equal(request.headers.authorization, 'Bearer sk-proj-…')
  assert.equal(request.headers['x-a'], 'b')
})

test('the last thousand requests are kept, or none', async t => {
  const { emulator, ask } = await emulatorFor(t)
  for (let i = 0; i < 1010; i += 1) await (await ask(`/v1/${i}`)).text()
  assert.equal(emulator.requests.length, 1000)
  assert.equal(emulator.requests[0]?.path, '/v1/10')
  const silent = await emulatorFor(t, { record: false })
  await silent.mint()
  assert.deepEqual(silent.emulator.requests, [])
  assert.deepEqual(silent.emulator.counts, { [MINTS]: { 200: 1 } })
})

test('mints take their latency, other requests do not', async t => {
  const { emulator, ask, mint } = await emulatorFor(t, { latencyMs: 600 })
  const msOf = async (request: () => Promise<Response>) => {
    const start = performance.now()
    const response = await request()
    return { ms: performance.now() - start, processingMs: Number(response.headers.get('openai-processing-ms')) }
  }
  const slow = await msOf(mint)
  assert.ok(slow.ms >= 595 && slow.processingMs >= 595)
  assert.ok((await msOf(() => ask('/v1/models'))).processingMs < 595)
  emulator.setLatency(0)
  assert.ok((await msOf(mint)).processingMs < 595)
  assert.throws(() => emulator.setLatency(-1), RangeError)
})

test('faults and latency are changed over HTTP, and the state told', async t => {
  const { ask, mint } = await emulatorFor(t)
  await mint()
  const fault = 'mint:status=500,times=1'
  const put = await ask('/_emulator/faults', { method: 'PUT', body: fault })
  const latencyMs = { mint: 0, call: 0, reply: 0 }
  const calls = { open: 0, total: 0 }
  const before = { requests: { [MINTS]: { 200: 1 } }, mints: 1, faults: [fault], latencyMs, calls }
  assert.deepEqual(await jsonOf(put), before)
  assert.equal((await mint()).status, 500)
  const latency = await ask('/_emulator/latency', { method: 'PUT', body: '5' })
  assert.deepEqual((await jsonOf(latency)).latencyMs, { ...latencyMs, mint: 5 })
  assert.equal((await jsonOf(await ask('/_emulator/call-latency', { method: 'PUT', body: '6' }))).latencyMs.call, 6)
  assert.equal((await jsonOf(await ask('/_emulator/reply-latency', { method: 'PUT', body: '7' }))).latencyMs.reply, 7)
  await ask('/_emulator/faults', { method: 'PUT', body: 'mint:stall' })
  await ask('/_emulator/faults', { method: 'DELETE' })
  const state = await jsonOf(await ask('/_emulator/state'))
  const requests = { [MINTS]: { 200: 1, 500: 1 } }
  assert.deepEqual(state, { requests, mints: 1, faults: [], latencyMs: { mint: 5, call: 6, reply: 7 }, calls })
})

const badControls: readonly [method: string, path: string, body: string | null, status: number, message: RegExp][] = [
  ['PUT', 'faults', 'mint:explode', 400, /'explode' is not a fault[\s\S]+slow-body/],
  ['PUT', 'latency', 'soon', 400, /milliseconds/],
  ['PUT', 'latency', '', 400, /milliseconds/],
  ['PUT', 'heard', ' ', 400, /1 to 100 phrases/],
  ['POST', 'faults', 'mint:stall', 404, /PUT \/_emulator\/faults/],
  ['GET', 'nothing', null, 404, /GET \/_emulator\/state/],
]

for (const [method, path, body, status, message] of badControls) {
  test(`${method} /_emulator/${path} with '${body}' is a ${status}`, async t => {
    const { ask } = await emulatorFor(t)
    const response = await ask(`/_emulator/${path}`, { method, body })
    assert.equal(response.status, status)
    assert.match((await jsonOf(response)).error.message, message)
  })
}

const outward = Object.values(networkInterfaces())
  .flatMap(addresses => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

test('others than this machine do not control it unless allowed', { skip: !outward }, async t => {
  const status = async (controlFrom: 'loopback' | 'anywhere') => {
    const { emulator } = await emulatorFor(t, { host: '0.0.0.0', controlFrom })
    return (await fetch(`http://${outward}:${emulator.port}/_emulator/state`)).status
  }
  assert.equal(await status('loopback'), 403)
  assert.equal(await status('anywhere'), 200)
})

test('closing ends a stalled request', async t => {
  const { emulator, mint } = await emulatorFor(t, { faults: 'mint:stall' })
  const stalled = assert.rejects(mint())
  while (emulator.requests.length === 0) await new Promise(setImmediate)
  await emulator.close()
  await stalled
})

test('bad options and a taken port reject', async t => {
  await assert.rejects(startEmulator({ faults: 'nonsense' }), { name: 'FaultSyntaxError' })
  await assert.rejects(startEmulator({ latencyMs: NaN }), RangeError)
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  await assert.rejects(startEmulator({ port: (taken.address() as AddressInfo).port }), { code: 'EADDRINUSE' })
})
