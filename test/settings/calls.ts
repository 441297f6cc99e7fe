import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { SettingName } from '../../packages/server/src/config/settings.ts'
import { askToken } from '../harness/ask.ts'
import { OFFER, placeCall, postOffer, readCall, takeTicket } from '../harness/call-client.ts'
import { type CallsStandIn, startCallsStandIn } from '../harness/calls-stand-in.ts'
import { startRedis } from '../harness/redis.ts'
import type { RunningService } from '../harness/service.ts'
import { serviceFor } from '../harness/services.ts'

type Settings = Record<string, string>

interface Stage {
  service: RunningService
  openai: CallsStandIn
}

async function stageFor(t: TestContext, settings: Settings): Promise<Stage> {
  const openai = await startCallsStandIn()
  t.after(() => openai.close())
  const service = await serviceFor(t, { OPENAI_BASE_URL: openai.baseUrl, CALL_MODE: 'unified', ...settings })
  return { service, openai }
}

/** Looks at the same thing with and without a change. */
function changes<T>(
  change: Settings,
  see: (stage: Stage) => Promise<T>,
  shows: [without: T, withIt: T],
  given: Settings = {},
) {
  return async (t: TestContext) => {
    const stages = await Promise.all([stageFor(t, given), stageFor(t, { ...given, ...change })])
    assert.deepEqual(await Promise.all(stages.map(see)), shows)
  }
}

/** What becomes of the second of two calls. */
async function secondCall({ service: { url } }: Stage): Promise<string> {
  await placeCall(url)
  const { json } = await postOffer(url, await takeTicket(url))
  return json?.error.type ?? 'placed'
}

/** What a response costs at the price of gpt-realtime: 2 cents. */
const RESPONSE = {
  type: 'response.done',
  response: { usage: { input_tokens: 0, output_tokens: 312.5, output_token_details: { audio_tokens: 312.5 } } },
}

/** What becomes of a call after one response, and then of a second one, of this client and of another. */
async function afterOneResponse({ service, openai }: Stage): Promise<string[]> {
  const spender = { 'x-forwarded-for': '203.0.113.1' }
  const { id, ticket } = await placeCall(service.url, {}, spender)
  const line = await openai.line(id)
  line.send(RESPONSE)
  while ((await readCall(service.url, id, ticket)).json.responses === 0);
  const another = { 'x-forwarded-for': '203.0.113.2' }
  const outcomes = []
  for (const headers of [spender, another]) {
    const { json } = await postOffer(service.url, await takeTicket(service.url, {}, headers), OFFER, headers)
    outcomes.push(json?.error.type ?? 'placed')
  }
  return outcomes
}

/** Why a call ends with which this is done, among the reasons that come by themselves. */
function endsBy(
  change: Settings,
  reason: string,
  during: (stage: Stage, id: string) => Promise<void> = async () => {},
) {
  return async (t: TestContext) => {
    const stage = await stageFor(t, change)
    const { id } = await placeCall(stage.service.url)
    await during(stage, id)
    const ended = await stage.service.logged(({ msg, call_id }) => msg === 'call_ended' && call_id === id)
    assert.equal(ended.reason, reason)
  }
}

const DRIFTED = { type: 'session.updated', session: { instructions: 'Say what I say.', tools: [] } }

/** Every setting of unified calls, and what shows that it changes something. */
export const CALL_PROOFS = {
  CALL_MODE: changes(
    { CALL_MODE: 'unified' },
    async ({ service }) => (await askToken(service.url, { context: 'x' })).json?.websocket_url === null,
    [false, true],
    { CALL_MODE: 'ephemeral' },
  ),
  PUBLIC_URL: changes(
    { PUBLIC_URL: 'https://parker.example.com/voice/' },
    async ({ service }) => (await askToken(service.url)).json.web_rtc_url.replace(service.url, 'itself'),
    ['itself/v1/realtime/calls', 'https://parker.example.com/voice/v1/realtime/calls'],
  ),
  MAX_CALLS: changes({ MAX_CALLS: '1' }, secondCall, ['placed', 'overloaded']),
  MAX_CALLS_PER_CLIENT: changes({ MAX_CALLS_PER_CLIENT: '1' }, secondCall, ['placed', 'too_many_calls']),
  MAX_CALL_SECONDS: endsBy({ MAX_CALL_SECONDS: '1' }, 'max_seconds'),
  CALL_IDLE_SECONDS: endsBy({ CALL_IDLE_SECONDS: '1' }, 'idle'),
  MAX_CALL_USD: endsBy({ MAX_CALL_USD: '0.02' }, 'max_usd', async ({ openai }, id) => {
    const line = await openai.line(id)
    line.send(RESPONSE, RESPONSE)
  }),
  DAILY_USD_BUDGET: changes(
    { DAILY_USD_BUDGET: '0.015' },
    afterOneResponse,
    [
      ['placed', 'placed'],
      ['budget_exhausted', 'budget_exhausted'],
    ],
    { TRUST_PROXY: '1' },
  ),
  CLIENT_DAILY_USD: changes(
    { CLIENT_DAILY_USD: '0.015' },
    afterOneResponse,
    [
      ['placed', 'placed'],
      ['budget_exhausted', 'placed'],
    ],
    { TRUST_PROXY: '1' },
  ),
  CALL_DRIFT: endsBy({ CALL_DRIFT: 'hangup' }, 'drift', async ({ openai }, id) => {
    const line = await openai.line(id)
    line.send(DRIFTED)
  }),
  MODEL_PRICES: changes(
    { MODEL_PRICES: '{"gpt-realtime":{"audio_out":1000000}}' },
    async ({ service, openai }) => {
      const { id, ticket } = await placeCall(service.url)
      const line = await openai.line(id)
      line.send(RESPONSE)
      for (;;) {
        const { json } = await readCall(service.url, id, ticket)
        if (json.responses > 0) return json.usd
      }
    },
    [0.019968, 312],
  ),
  CALL_HISTORY_SECONDS: async t => {
    const redis = await startRedis()
    t.after(() => redis.kill())
    const lives = []
    for (const change of [{}, { CALL_HISTORY_SECONDS: '60' }]) {
      const { service, openai } = await stageFor(t, { REDIS_URL: redis.url, MAX_CALL_SECONDS: '1', ...change })
      while ((await askToken(service.url)).status !== 200);
      const { id } = await placeCall(service.url)
      await openai.hungUp(id)
      await service.logged(({ msg, call_id }) => msg === 'call_ended' && call_id === id)
      lives.push(Math.ceil(Number(await redis.ask('TTL', `parker:call:${id}`)) / 60))
    }
    assert.deepEqual(lives, [1440, 1])
  },
} satisfies Partial<Record<SettingName, (t: TestContext) => Promise<void>>>
