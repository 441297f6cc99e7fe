import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from '../harness/ask.ts'
import { npmStart } from '../harness/npm-start.ts'
import { ESPN, EXTENSION, type Stage, setStage, URL_OF_FIRST_DESIGN } from './stage.ts'

/** Phases 1 and 2. */
export function startUp(): void {
  describe('phases 1 and 2: environment and start-up', () => {
    let stage: Stage
    before(async () => {
      stage = await setStage()
    })
    after(() => stage.clear())

    it('1 departure: nothing is imported in Python; what npm ci installed starts by npm start on port 8000', async () => {
      assert.equal(stage.npm.url.endsWith(':8000'), true)
      assert.equal((await ask(`${URL_OF_FIRST_DESIGN}/healthz`)).status, 200)
    })

    it('1 the name of the app can be read', async () => {
      assert.equal((await ask(URL_OF_FIRST_DESIGN)).json.service, 'Parker Realtime Token Service')
    })

    it('1 departure: settings are not printed, since one is a key; a start without the key is refused by name', async () => {
      await assert.rejects(npmStart({ settings: {} }), /ended with 78:.*OPENAI_API_KEY is required/s)
    })

    it('1 departure: the allowed origins are not printed; they show in who is let in', async () => {
      for (const origin of [ESPN, EXTENSION])
        assert.equal((await askToken(URL_OF_FIRST_DESIGN, {}, { origin })).status, 200)
      assert.equal((await askToken(URL_OF_FIRST_DESIGN, {}, { origin: 'https://espn.com' })).status, 403)
    })

    it('2 the app has its title and version', async () => {
      const { info } = (await ask(`${URL_OF_FIRST_DESIGN}/openapi.json`)).json
      assert.deepEqual([info.title, info.version], ['Parker Realtime Token Service', '1.0.0'])
    })

    it("2 departure: there is no cache to set and get; the pool's stats stand at / instead", async () => {
      const { cache_stats } = (await ask(URL_OF_FIRST_DESIGN)).json
      assert.deepEqual(Object.keys(cache_stats), ['entries', 'hits', 'misses', 'hit_rate', 'minted', 'expired_unused'])
      for (const value of Object.values(cache_stats)) assert.equal(typeof value, 'number')
    })

    it('2 services come up and clean up: ready after the start, exit code 0 after SIGTERM', async () => {
      assert.equal((await ask(`${URL_OF_FIRST_DESIGN}/readyz`)).json.status, 'ready')
      assert.equal(await stage.clear(), 0)
      assert.equal(stage.npm.logs().at(-1)?.msg, 'Stopped.')
    })
  })
}
