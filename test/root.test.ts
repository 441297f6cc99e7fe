import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { ask } from './harness/ask.ts'
import { callsStage } from './harness/calls-stage.ts'
import { serviceFor } from './harness/services.ts'

async function named(url: string): Promise<string[]> {
  return Object.values((await ask(url)).json.endpoints)
}

/** Asked by nobody in particular: whatever it says, something is there unless it says 404. */
async function isThere(url: string, endpoint: string): Promise<boolean> {
  const [method = '', path = ''] = endpoint.split(' ')
  return (await ask(url + path.replace('{id}', 'rtc_1'), { method })).status !== 404
}

const SETTINGS: [what: string, settings: Record<string, string>][] = [
  ['with everything off', { METRICS_ENABLED: 'false' }],
  ['with metrics', { METRICS_ENABLED: 'true' }],
  ['with operators', { METRICS_ENABLED: 'false', ADMIN_TOKEN: 'operators-only-0123456789' }],
  ['with calls, of which nobody reads a list', { CALL_MODE: 'unified' }],
]

for (const [what, settings] of SETTINGS)
  it(`GET / names the endpoints that are there and no other: ${what}`, async (t: TestContext) => {
    const { service: full, openai } = await callsStage(t)
    const OPENAI_BASE_URL = openai.baseUrl
    const { url } = await serviceFor(t, { OPENAI_BASE_URL, ...settings })
    const names = await named(url)
    for (const endpoint of await named(full.url))
      assert.equal(names.includes(endpoint), await isThere(url, endpoint), endpoint)
  })
