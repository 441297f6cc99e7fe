import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { answerKinds } from './fault-words.ts'
import { outages } from './outages.ts'
import { emulatorFor, type Json, jsonOf } from './test-emulator.ts'

type Stage = Awaited<ReturnType<typeof stageFor>>

/** One scene for each kind, so that none can be added without one. */
const scenes: Readonly<Record<(typeof answerKinds)[number], (stage: Stage) => Promise<void>>> = {
  status: async ({ emulator, mint }) => {
    emulator.setFaults('mint:status=429,retry-after=2,retry-after-ms=2000,x-should-retry=false')
    const response = await mint()
    assert.equal(response.status, 429)
    assert.equal(response.headers.get('retry-after'), '2')
    assert.equal(response.headers.get('retry-after-ms'), '2000')
    assert.equal(response.headers.get('x-should-retry'), 'false')
    assert.equal((await jsonOf(response)).error.code, 'rate_limit_exceeded')
  },
  redirect: async ({ emulator, mint }) => {
    emulator.setFaults('mint:redirect=http://127.0.0.1:9/elsewhere')
    const response = await mint({}, { redirect: 'manual' })
    assert.equal(response.status, 307)
    assert.equal(response.headers.get('location'), 'http://127.0.0.1:9/elsewhere')
  },
  stall: async ({ emulator, mint }) => {
    emulator.setFaults('mint:stall')
    await assert.rejects(mint({}, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' })
    assert.deepEqual(emulator.counts, { 'POST /v1/realtime/client_secrets': { none: 1 } })
  },
  reset: async ({ emulator, mint }) => {
    emulator.setFaults('mint:reset')
    await assert.rejects(mint(), error => code(error) === 'ECONNRESET')
  },
  cut: async ({ emulator, mint }) => {
    emulator.setFaults('mint:cut')
    const response = await mint()
    assert.equal(response.status, 200)
    const announced = Number(response.headers.get('content-length'))
    let received = 0
    await assert.rejects(async () => {
      for await (const chunk of response.body ?? []) received += chunk.length
    })
    assert.equal(received, Math.floor(announced / 2))
  },
  'slow-body': async ({ emulator, mint }) => {
    emulator.setFaults('mint:slow-body=1')
    const response = await mint()
    let chunks = 0
    for await (const _chunk of response.body ?? []) chunks += 1
    assert.ok(chunks > 10, `${chunks} chunks`)
  },
  endless: async ({ emulator, mint }) => {
    emulator.setFaults('mint:endless')
    const response = await mint()
    let received = 0
    for await (const chunk of response.body ?? []) {
      received += chunk.length
      if (received > 100_000) break
    }
    assert.equal(response.headers.get('content-length'), null)
  },
  huge: async ({ emulator, mint }) => {
    emulator.setFaults('mint:huge')
    const body = await (await mint()).text()
    assert.equal(body.length, 2 * 1024 * 1024)
    assert.match(JSON.parse(body).value, /^ek_/)
  },
  garbage: async ({ emulator, mint }) => {
    emulator.setFaults('mint:garbage')
    const response = await mint()
    assert.equal(response.status, 200)
    await assert.rejects(response.json(), SyntaxError)
  },
  empty: async ({ emulator, mint }) => {
    emulator.setFaults('mint:empty')
    const response = await mint()
    assert.equal(response.status, 200)
    assert.equal(await response.text(), '')
  },
  'wrong-types': async stage => {
    const [today, object, string] = await inAllForms(stage, 'wrong-types')
    assert.deepEqual([today.value, today.expires_at], [42, 'soon'])
    assert.deepEqual(object.client_secret, { value: 42, expires_at: 'soon' })
    assert.deepEqual([string.client_secret, string.expires_at], [42, 'soon'])
  },
  'no-value': async stage => {
    const [today, object, string] = await inAllForms(stage, 'no-value')
    assert.deepEqual(Object.keys(today), ['expires_at', 'session'])
    assert.deepEqual(Object.keys(object.client_secret), ['expires_at'])
    assert.equal('client_secret' in string, false)
  },
  'no-expiry': async stage => {
    const [today, object, string] = await inAllForms(stage, 'no-expiry')
    assert.deepEqual(Object.keys(today), ['value', 'session'])
    assert.deepEqual(Object.keys(object.client_secret), ['value'])
    assert.equal('expires_at' in string, false)
    assert.match(string.client_secret, /^ek_/)
  },
  'no-session': async ({ emulator, mint }) => {
    emulator.setFaults('mint:no-session')
    assert.deepEqual(Object.keys(await jsonOf(await mint())), ['value', 'expires_at'])
  },
  nested: async ({ emulator, mint }) => {
    emulator.setFaults('mint:nested')
    const answer = await jsonOf(await mint())
    assert.deepEqual(Object.keys(answer), ['session', 'client_secret'])
    assert.match(answer.client_secret.value, /^ek_/)
  },
  expired: async stage => {
    const [today, object, string] = await inAllForms(stage, 'expired')
    for (const { expires_at } of [today, object.client_secret, string]) assert.ok(expires_at * 1000 < Date.now())
  },
}

const code = (error: unknown) => (error as { cause?: { code?: string } }).cause?.code

/** The answer of today, that of the beta, and that of the beta with a bare secret. */
const inAllForms = async (stage: Stage, fault: string): Promise<[Json, Json, Json]> => {
  const { emulator, bare, mint, mintBeta } = stage
  emulator.setFaults(`mint:${fault}`)
  bare.emulator.setFaults(`mint:${fault}`)
  return [await jsonOf(await mint()), await jsonOf(await mintBeta()), await jsonOf(await bare.mintBeta())]
}

const stageFor = async (t: TestContext) => ({
  ...(await emulatorFor(t, { beta: true })),
  bare: await emulatorFor(t, { beta: 'string' }),
})

for (const kind of answerKinds) {
  test(`fault ${kind}`, async t => {
    const stage = await stageFor(t)
    await scenes[kind](stage)
    stage.emulator.clearFaults()
    assert.equal((await stage.mint()).status, 200)
  })
}

for (const { status, body } of outages) {
  test(`status ${status} with code ${body.error.code} has that body`, async t => {
    const { emulator, mint } = await emulatorFor(t)
    emulator.setFaults(`mint:status=${status}${body.error.code === null ? '' : `,code=${body.error.code}`}`)
    const response = await mint()
    assert.equal(response.status, status)
    assert.deepEqual(await jsonOf(response), body)
    assert.equal(emulator.mints, 0)
  })
}

test('a status OpenAI is not known to use has a body of the usual shape', async t => {
  const { emulator, mint } = await emulatorFor(t)
  emulator.setFaults('mint:status=402')
  const response = await mint()
  assert.equal(response.status, 402)
  assert.equal((await jsonOf(response)).error.code, null)
})

test('times: healthy again afterwards', async t => {
  const { emulator, mint } = await emulatorFor(t, { faults: 'mint:status=503,times=2' })
  const statuses = [await mint(), await mint(), await mint()].map(response => response.status)
  assert.deepEqual(statuses, [503, 503, 200])
  assert.equal(emulator.mints, 1)
})

test('delay: waits, alone or before another fault', async t => {
  const { emulator, mint } = await emulatorFor(t)
  for (const [fault, status] of [
    ['mint:delay=60', 200],
    ['mint:delay=60,status=500', 500],
  ] as const) {
    emulator.setFaults(fault)
    const start = performance.now()
    assert.equal((await mint()).status, status)
    assert.ok(performance.now() - start >= 55)
  }
})

test('targets: a fault strikes only what it is aimed at', async t => {
  const { emulator, ask, mint, key } = await emulatorFor(t)
  const statuses = async () => [
    (await mint()).status,
    (await ask('/v1/models', { headers: key })).status,
    (await ask('/v1/other')).status,
  ]
  emulator.setFaults('models:status=500')
  assert.deepEqual(await statuses(), [200, 500, 404])
  emulator.setFaults('*:status=500')
  assert.deepEqual(await statuses(), [500, 500, 500])
})

test('an answer that OpenAI would have refused stays refused', async t => {
  const { mint } = await emulatorFor(t, { faults: 'mint:no-value' })
  assert.equal((await mint({ type: 'realtime' })).status, 400)
})
