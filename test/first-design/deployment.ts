import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from '../harness/ask.ts'
import { type Stage, setStage } from './stage.ts'

/** Phase 11, as far as it goes without a container. */
export function deployment(): void {
  describe('phase 11: deployment', () => {
    const origins = ['https://www.espn.com', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop']
    let stage: Stage
    before(async () => {
      const settings = {
        PORT: '0',
        ALLOWED_ORIGINS: JSON.stringify(origins),
        CORS_ORIGINS: JSON.stringify(origins),
      }
      stage = await setStage({ settings })
    })
    after(() => stage.clear())

    it('11 it runs on another port, with key and origins from the environment, and health answers', async () => {
      assert.ok(!stage.npm.url.endsWith(':8000'))
      assert.equal((await ask(`${stage.npm.url}/healthz`)).json.openai_status, 'connected')
    })

    it('11 list settings are JSON arrays', async () => {
      for (const origin of origins) {
        const { status, headers } = await askToken(stage.npm.url, {}, { origin })
        assert.equal(status, 200)
        assert.equal(headers.get('access-control-allow-origin'), origin)
      }
    })

    it('11 departure: there is no image and no railway.json yet; npm start is what runs', () => {
      for (const file of ['Dockerfile', 'railway.json'])
        assert.ok(!existsSync(new URL(`../../${file}`, import.meta.url)), `${file} is there: assert what it promises`)
    })
  })
}
