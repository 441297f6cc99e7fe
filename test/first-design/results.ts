import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from '../harness/ask.ts'
import { ESPN, type Stage, setStage, URL_OF_FIRST_DESIGN as url } from './stage.ts'

const ADMIN_TOKEN = 'operators-only-0123456789'
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` }

/** What the results page reports on. */
export function results(): void {
  describe('the results page', () => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ settings: { ADMIN_TOKEN } })
    })
    after(() => stage.clear())

    it('difficulties easy, savage and expert work, each with instructions of its own', async () => {
      const all = []
      for (const difficulty of ['easy', 'savage', 'expert']) {
        const { status, json } = await askToken(url, { difficulty }, { origin: ESPN })
        assert.equal(status, 200)
        all.push(json.instructions)
      }
      assert.equal(new Set(all).size, 3)
    })

    it('basketball works, and shows in the instructions', async () => {
      const { status, json } = await askToken(url, { sport: 'basketball' }, { origin: ESPN })
      assert.equal(status, 200)
      assert.match(json.instructions, /basketball/i)
    })

    it('voice monitoring counts requests', async () => {
      const count = async () =>
        (await ask(`${url}/v1/voice/metrics`, { headers: OPERATOR })).json.by_voice.cedar?.requests ?? 0
      const earlier = await count()
      await askToken(url, { voice: 'cedar' }, { origin: ESPN })
      assert.equal((await count()) - earlier, 1)
    })

    it('the voice quality test endpoint works', async () => {
      const body = { voice: 'verse' }
      const { status, json } = await ask(`${url}/v1/voice/test`, { method: 'POST', headers: OPERATOR, body })
      assert.equal(status, 200)
      assert.match(json.verdict, /^(pass|warn|fail)$/)
    })

    it('error answers carry request ids', async () => {
      const answers = [
        await askToken(url, { voice: 'nobody' }),
        await askToken(url, '{'),
        await ask(`${url}/nothing`),
        await askToken(url, {}, { origin: 'https://malicious-site.com' }),
      ]
      for (const { status, json, headers } of answers) {
        assert.ok(status >= 400)
        assert.equal(json.error.request_id, headers.get('x-request-id'))
      }
    })
  })
}
