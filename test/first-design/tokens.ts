import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from '../harness/ask.ts'
import { ESPN, type Stage, setStage, URL_OF_FIRST_DESIGN as url } from './stage.ts'

const MINT_MS = 500

const VOICES = {
  verse: 'You are Parker, balanced and warm.',
  cedar: 'You are Parker, deep and authoritative.',
  marin: 'You are Parker, light and energetic.',
}

/** Phases 4 and 10. */
export function tokens(): void {
  describe('phases 4 and 10: tokens and voices', () => {
    let stage: Stage
    before(async () => {
      stage = await setStage({
        settings: { RATE_LIMIT_PER_MINUTE: '1000' },
        emulator: { latencyMs: MINT_MS },
      })
    })
    after(() => stage.clear())

    it('4.1 espn.com gets a token for the model, voice, instructions and difficulty it names', async () => {
      const body = { model: 'gpt-realtime', voice: 'verse', instructions: 'You are Parker.', difficulty: 'easy' }
      const { status, json } = await askToken(url, body, { origin: ESPN })
      assert.equal(status, 200)
      assert.match(json.client_secret, /^ek_/)
      assert.ok(json.expires_at > Date.now() / 1000 && json.expires_in <= 600)
      assert.ok(json.session_id.length > 0)
      assert.equal(json.model, await servedModel('gpt-realtime'))
      assert.equal(json.voice, 'verse')
      assert.match(json.instructions, /You are Parker\./)
    })

    it('4.1 departure: web_rtc_url is an address that WebRTC can use; the wss address is websocket_url', async () => {
      const { json } = await askToken(url, {}, { origin: ESPN })
      assert.equal(json.web_rtc_url, 'https://api.openai.com/v1/realtime/calls')
      assert.equal(json.websocket_url, `wss://api.openai.com/v1/realtime?model=${json.model}`)
    })

    it('4.1 the voice cedar with difficulty savage gets 200', async () => {
      const { status, json } = await askToken(url, { voice: 'cedar', difficulty: 'savage' }, { origin: ESPN })
      assert.equal(status, 200)
      assert.equal(json.voice, 'cedar')
    })

    it('4.2 of identical requests the first is slower and the later ones faster', async () => {
      const body = { voice: 'marin', difficulty: 'expert', mode: 'hot_take' }
      const timed = async () => {
        const began = performance.now()
        const { status, json } = await askToken(url, body, { origin: ESPN })
        assert.equal(status, 200)
        return { ms: performance.now() - began, secret: json.client_secret }
      }
      const before = (await ask(url)).json.cache_stats.entries
      const first = await timed()
      // A kind that any visitor may share gets two spares from its first request.
      while ((await ask(url)).json.cache_stats.entries < before + 2);
      const later = [await timed(), await timed()]
      assert.ok(first.ms >= MINT_MS * 0.9, `the first took ${first.ms} ms`)
      for (const { ms } of later) assert.ok(ms < MINT_MS / 2, `a later one took ${ms} ms`)
      assert.equal(new Set([first, ...later].map(({ secret }) => secret)).size, 3)
    })

    it('4.2 departure: no secret is ever given twice, so a repeat has a secret of its own', async () => {
      const secrets = [(await askToken(url)).json, (await askToken(url)).json].map(json => json.client_secret)
      assert.notEqual(secrets[0], secrets[1])
    })

    for (const [voice, instructions] of Object.entries(VOICES))
      it(`10 a token for ${voice} with its own instructions has secret, address and session id`, async () => {
        const { status, json } = await askToken(url, { voice, instructions }, { origin: ESPN })
        assert.equal(status, 200)
        assert.equal(json.voice, voice)
        assert.ok(json.instructions.includes(instructions))
        assert.match(json.client_secret, /^ek_/)
        assert.ok(URL.canParse(json.web_rtc_url))
        assert.ok(json.session_id.length > 0)
      })

    it('10 departure: the emulator has no audio, so no session is opened here; a mint names its voice and words', async () => {
      const instructions = 'Speak of tonight only.'
      const { json } = await askToken(url, { voice: 'cedar', instructions })
      const mint = stage.emulator.requests
        .filter(({ path }) => path === '/v1/realtime/client_secrets')
        .find(({ body }) => JSON.stringify(body).includes(instructions))
      assert.ok(mint, 'no mint has these words')
      const { session } = mint.body as { session: { instructions: string; audio: { output: { voice: string } } } }
      assert.equal(session.instructions, json.instructions)
      assert.equal(session.audio.output.voice, 'cedar')
    })

    it('10 departure: how a voice sounds is for a listener; its character is described where one picks it', async () => {
      const { voices } = (await ask(`${url}/v1/realtime/options`)).json
      for (const name of Object.keys(VOICES))
        assert.ok(voices.find((one: { name: string }) => one.name === name).description.length > 0)
    })
  })
}

/** What a model is served by today: itself, or its successor when it has retired. */
async function servedModel(name: string): Promise<string> {
  const { models } = (await ask(`${url}/v1/realtime/options`)).json
  const row = models.find((model: { name: string }) => model.name === name)
  return row.state === 'retired' ? row.successor : name
}
