import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from '../harness/ask.ts'
import { ESPN, EXTENSION, type Stage, setStage, URL_OF_FIRST_DESIGN as url } from './stage.ts'

const MALICIOUS = 'https://malicious-site.com'

/** Phases 3, 5.1, 5.3, 6.1, 7, 8 and 9, which want no settings of their own. */
export function endpoints(): void {
  describe('phases 3 and 5 to 9: endpoints', () => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ settings: { RATE_LIMIT_PER_MINUTE: '1000' } })
    })
    after(() => stage.clear())

    it('3 GET /healthz answers healthy', async () => {
      const { status, json } = await ask(`${url}/healthz`)
      assert.equal(status, 200)
      assert.deepEqual(Object.keys(json).sort(), ['openai_status', 'status', 'timestamp', 'version'])
      assert.deepEqual([json.status, json.version, json.openai_status], ['healthy', '1.0.0', 'connected'])
      assert.match(json.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    })

    it('3 GET / answers service, version, status, endpoints and cache_stats', async () => {
      const { status, json } = await ask(url)
      assert.equal(status, 200)
      assert.deepEqual(Object.keys(json), ['service', 'version', 'status', 'endpoints', 'cache_stats'])
      assert.deepEqual(
        [json.service, json.version, json.status],
        ['Parker Realtime Token Service', '1.0.0', 'operational'],
      )
    })

    it('3 GET /docs is an HTML page with Swagger UI', async () => {
      const { status, headers, text } = await ask(`${url}/docs`)
      assert.equal(status, 200)
      assert.match(headers.get('content-type') ?? '', /^text\/html/)
      assert.match(text, /swagger-ui/)
    })

    it('3 GET /openapi.json is JSON', async () => {
      const { status, headers, json } = await ask(`${url}/openapi.json`)
      assert.equal(status, 200)
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
      assert.match(json.openapi, /^3\.1\./)
    })

    for (const [origin, status] of [
      [ESPN, 200],
      [MALICIOUS, 403],
      [EXTENSION, 200],
      [undefined, 200],
    ] as const)
      it(`5.1 a request from ${origin ?? 'no origin'} gets ${status}`, async () => {
        assert.equal((await askToken(url, {}, origin ? { origin } : {})).status, status)
      })

    it('5.3 X-Request-ID stands on answers, on HEAD and on a 403, and a 403 has it in its body too', async () => {
      const refused = await askToken(url, {}, { origin: MALICIOUS })
      const answers = [
        await ask(`${url}/healthz`),
        await ask(`${url}/healthz`, { method: 'HEAD' }),
        await askToken(url),
        refused,
      ]
      for (const { headers } of answers) assert.match(headers.get('x-request-id') ?? '', /^[A-Za-z0-9._-]{1,128}$/)
      assert.equal(refused.status, 403)
      assert.equal(refused.json.error.request_id, refused.headers.get('x-request-id'))
    })

    for (const [name, body, status] of [
      ['an invalid model', { model: 'invalid-model' }, 422],
      ['an invalid voice', { voice: 'invalid-voice' }, 422],
      ['an empty object', {}, 200],
      ['malformed JSON', '{"model": "gpt-realtime"', 422],
    ] as const)
      it(`6.1 ${name} gets ${status}`, async () => {
        assert.equal((await askToken(url, body, { origin: ESPN })).status, status)
      })

    it('7.1 five requests take under 200 ms of our own time each', async () => {
      for (let n = 0; n < 5; n++) {
        const { status, headers } = await askToken(url, { context: `Game ${n}` }, { origin: ESPN })
        assert.equal(status, 200)
        const { total, openai } = timing(headers)
        assert.ok(total - openai < 200, `${total} ms in all, ${openai} ms of OpenAI's`)
      }
    })

    for (const atOnce of [5, 20])
      it(`7.2 ${atOnce} requests at once all complete`, async () => {
        const answers = await Promise.all(Array.from({ length: atOnce }, () => askToken(url, {}, { origin: ESPN })))
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
        assert.equal(new Set(answers.map(({ json }) => json.client_secret)).size, atOnce)
      })

    it("8.1 an extension's Origin and User-Agent get 200", async () => {
      const headers = { origin: EXTENSION, 'user-agent': 'ParkerExtension/1.0.0' }
      assert.equal((await askToken(url, { model: 'gpt-realtime', voice: 'verse' }, headers)).status, 200)
    })

    it('8.2 a game page of espn.com in a browser gets 200, savage', async () => {
      const headers = {
        origin: ESPN,
        referer: 'https://www.espn.com/nba/game/_/gameId/401584893',
        'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36',
      }
      const { status, json } = await askToken(url, { voice: 'cedar', difficulty: 'savage' }, headers)
      assert.equal(status, 200)
      assert.equal(json.voice, 'cedar')
    })

    it('9.1 the log has JSON lines with request id, method and path', async () => {
      const { headers } = await ask(`${url}/healthz`)
      const id = headers.get('x-request-id')
      const line = await stage.npm.logged(one => one.msg === 'request' && one.request_id === id)
      assert.deepEqual([line.method, line.path, line.status], ['GET', '/healthz', 200])
    })

    it('9.2 cache stats change after requests', async () => {
      const asked = async () => {
        const { hits, misses } = (await ask(url)).json.cache_stats
        return hits + misses
      }
      const earlier = await asked()
      await askToken(url, {}, { origin: ESPN })
      assert.equal((await asked()) - earlier, 1)
    })

    it('figures: a health check answers within 100 ms, and memory stays under 200 MB', async () => {
      const took: number[] = []
      for (let n = 0; n < 5; n++) {
        const began = performance.now()
        await ask(`${url}/healthz`)
        took.push(performance.now() - began)
      }
      assert.ok(Math.min(...took) < 100, `${took} ms`)
      const { text } = await ask(`${url}/metrics`)
      const bytes = Number(/^parker_process_resident_memory_bytes (\S+)$/m.exec(text)?.[1])
      assert.ok(bytes > 0 && bytes < 200e6, `${bytes} bytes`)
    })

    it('figures: the service starts within 10 s', () => {
      assert.ok(stage.startMs < 10_000, `${stage.startMs} ms`)
    })
  })
}

function timing(headers: Headers): { total: number; openai: number } {
  const [, total, openai] = /^total;dur=([\d.]+), openai;dur=([\d.]+)$/.exec(headers.get('server-timing') ?? '') ?? []
  return { total: Number(total), openai: Number(openai) }
}
