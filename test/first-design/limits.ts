import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, askToken } from '../harness/ask.ts'
import { ESPN, type Stage, setStage, URL_OF_FIRST_DESIGN as url } from './stage.ts'

/** Phase 5.2, with the default limits. */
export function limits(): void {
  describe('phase 5.2: rates', () => {
    let stage: Stage
    before(async () => {
      stage = await setStage()
    })
    after(() => stage.clear())

    it('5.2 of twelve requests in a row ten pass, and two get 429 that says when to come back', async () => {
      const answers: Answered[] = []
      for (let n = 0; n < 12; n++) answers.push(await askToken(url, {}, { origin: ESPN }))
      assert.deepEqual(
        answers.map(({ status }) => status),
        [...Array(10).fill(200), 429, 429],
      )
      for (const { json, headers } of answers.slice(10)) {
        assert.equal(json.error.type, 'rate_limited')
        assert.equal(json.detail, 'Rate limit exceeded. Please try again later.')
        assert.deepEqual([json.error.details.limit, json.error.details.remaining], [10, 0])
        assert.equal(Number(headers.get('retry-after')), json.error.retry_after)
      }
    })
  })
}
