import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from '../harness/ask.ts'
import { type Stage, setStage } from './stage.ts'

/** Phase 11, but for the image itself, which `test/container.test.ts` builds and runs. */
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

    it('11 railway.json asks for the health check, its time-out and the restarts that were wanted', () => {
      const railway = JSON.parse(readFileSync(new URL('../../railway.json', import.meta.url), 'utf8'))
      assert.equal(railway.deploy.healthcheckPath, '/healthz')
      assert.equal(railway.deploy.healthcheckTimeout, 100)
      assert.equal(railway.deploy.restartPolicyType, 'ON_FAILURE')
      assert.equal(railway.deploy.restartPolicyMaxRetries, 10)
    })
  })
}
