import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from '../harness/ask.ts'
import { API_KEY } from '../harness/service.ts'
import { ESPN, type Stage, setStage, URL_OF_FIRST_DESIGN as url } from './stage.ts'

/** Phase 6.2, with a key that OpenAI does not know. */
export function failures(): void {
  describe('phase 6.2: a bad key', () => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ emulator: { apiKey: 'sk-the-only-good-one' } })
    })
    after(() => stage.clear())

    it('6.2 a token request gets 500, with a request id and without the key', async () => {
      const { status, json, text, headers } = await askToken(url, {}, { origin: ESPN })
      assert.equal(status, 500)
      assert.equal(json.error.type, 'upstream_auth_failed')
      assert.equal(json.error.request_id, headers.get('x-request-id'))
      assert.ok(!text.includes(API_KEY))
    })

    it('6.2 health is healthy, and OpenAI disconnected', async () => {
      await askToken(url)
      const { status, json } = await ask(`${url}/healthz`)
      assert.equal(status, 200)
      assert.deepEqual([json.status, json.openai_status], ['healthy', 'disconnected'])
    })
  })
}
