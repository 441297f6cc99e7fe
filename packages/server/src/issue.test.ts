import assert from 'node:assert/strict'
import { it } from 'node:test'
import { decideConfig } from './config/config.ts'
import { issuer } from './issue.ts'
import { turns } from './limits/turns.ts'
import { noPool } from './pool/no-pool.ts'
import { decideSession } from './session.ts'
import type { Minted } from './upstream/answer.ts'
import { boundedLoad } from './upstream/load.ts'
import type { OpenAi } from './upstream/openai.ts'

const decision = decideConfig({ OPENAI_API_KEY: 'sk-of-a-test' })
assert.ok('config' in decision)
const { config } = decision

const MINTED: Minted = { value: 'ek_1', expiresAt: 600, lifeSeconds: 600, sessionId: undefined, openAiRequestId: '' }

it('a secret that was minted for the request is cold, also where the clock saw no time pass', async () => {
  const issue = issuer({
    config,
    openai: {
      orderFor: () => ({ body: '{}', safetyIdentifier: undefined }),
      load: boundedLoad(1),
      mint: async () => MINTED,
    } as unknown as OpenAi,
    pool: noPool(),
    turns: turns(1, 1000),
    hashClient: client => client,
    lifecycle: { draining: false, cutAt: Number.POSITIVE_INFINITY },
    clock: { now: () => 0, mono: () => 0 },
  })
  const { warm, openAiMs } = await issue({
    session: decideSession({}, config, 0),
    client: 'ann',
    operator: false,
    requestId: 'one',
    gone: () => false,
    goneSignal: () => AbortSignal.abort(),
  })
  assert.deepEqual([warm, openAiMs], [false, 0])
})
