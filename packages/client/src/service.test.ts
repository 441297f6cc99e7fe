import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { ParkerError } from './errors.ts'
import { createService, type ServiceSetup } from './service.ts'
import type { Token } from './wire.ts'

type Behave = (request: IncomingMessage, response: ServerResponse) => void

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** A client of a server that does as told, and what the server was asked. */
async function serviceThat(behave: Behave, setup: Partial<ServiceSetup> = {}) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    behave(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { service: createService({ service: url, ...setup }), asked, url }
}

const refusing =
  (status: number, type: string, headers: Record<string, string> = {}): Behave =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-1', ...headers })
    response.end(JSON.stringify({ error: { code: status, type, message: 'Because.' } }))
  }

const TOKEN = { client_secret: 'ek_1', expires_in: 60, report_key: 'rk_1', web_rtc_url: 'https://parker.example' }
const granting: Behave = (_request, response) => response.end(JSON.stringify(TOKEN))
const { signal } = new AbortController()

/** The error that it ends with. */
async function errorOf(work: Promise<unknown>): Promise<ParkerError> {
  const error = await work.then(
    () => assert.fail('it should not have worked'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ParkerError, String(error))
  return error
}

describe('a refusal by the service', () => {
  const REFUSALS = [
    [401, 'unauthenticated', 'unauthenticated'],
    [403, 'origin_not_allowed', 'origin-refused'],
    [403, 'content_flagged', 'openai-refused'],
    [422, 'validation_failed', 'bad-request'],
    [422, 'model_unavailable', 'openai-refused'],
    [429, 'rate_limited', 'rate-limited'],
    [429, 'upstream_rate_limited', 'overloaded'],
    [429, 'budget_exhausted', 'budget'],
    [500, 'internal', 'service-failed'],
    [502, 'upstream_unavailable', 'overloaded'],
    [503, 'insufficient_quota', 'budget'],
    [503, 'circuit_open', 'overloaded'],
    [418, 'never_heard_of', 'service-failed'],
  ] as const

  for (const [status, type, code] of REFUSALS)
    it(`with ${status} ${type} is ${code}`, async () => {
      const { service } = await serviceThat(refusing(status, type))
      const error = await errorOf(service.token({}, signal))
      assert.deepEqual([error.code, error.status, error.detail, error.requestId], [code, status, 'Because.', 'req-1'])
      assert.match(error.message, /^[A-Z].*\.$/)
    })

  it('without the service’s body is another server’s, also a 404, and its address is told', async () => {
    for (const [status, body] of [
      [404, '<h1>Not found</h1>'],
      [404, '{"message":"Not Found"}'],
      [405, ''],
    ] as const) {
      const { service, url } = await serviceThat((_, response) => response.writeHead(status).end(body))
      for (const error of [await errorOf(service.options()), await errorOf(service.token({}, signal))]) {
        assert.deepEqual([error.code, error.status], ['service-failed', status])
        assert.equal(error.detail, `Is ${url} the Parker service? Its answer has no error.`)
      }
    }
  })

  it('says what is wrong with each field', async () => {
    const fields = [
      { path: 'sport', message: 'must be one of golf, mma' },
      null,
      { path: 'voice', message: 'must be string' },
    ]
    const error = { type: 'validation_failed', message: 'Some fields are not valid.', details: { fields } }
    const { service } = await serviceThat((_, response) => response.writeHead(422).end(JSON.stringify({ error })))
    const { detail = '' } = await errorOf(service.token({}, signal))
    assert.match(detail, /^Some fields are not valid\.\nsport: must be one of golf, mma\n.*\nvoice: must be string$/)
  })

  it('may have any body at all', async () => {
    for (const body of [
      '',
      'null',
      '{"error":"no"}',
      '<html>',
      '{"error":{"message":7}}',
      '{"error":{"message":"No.","details":7}}',
    ]) {
      const { service } = await serviceThat((_, response) => response.writeHead(503).end(body))
      assert.equal((await errorOf(service.token({}, signal))).code, 'overloaded')
    }
  })
})

describe('an answer to the offer', () => {
  const place = async (status: number, body: string, whose: 'OpenAI' | 'the service') => {
    const other = await serviceThat((_, response) => response.writeHead(status).end(body))
    const { service } = whose === 'OpenAI' ? await serviceThat(granting) : other
    const token = { client_secret: 'ek_1', web_rtc_url: `${other.url}/v1/realtime/calls` } as Token
    return errorOf(service.placeCall(token, 'v=0', signal))
  }

  for (const [status, code, atTheService] of [
    [400, 'openai-refused', 'openai-refused'],
    [401, 'token-invalid', 'token-invalid'],
    [402, 'budget', 'budget'],
    [404, 'openai-refused', 'service-failed'],
    [408, 'overloaded', 'overloaded'],
    [409, 'overloaded', 'overloaded'],
    [413, 'openai-refused', 'service-failed'],
    [429, 'overloaded', 'overloaded'],
    [500, 'openai-unreachable', 'service-failed'],
    [503, 'overloaded', 'overloaded'],
  ] as const)
    it(`of ${status} is told as OpenAI’s where OpenAI gave it: ${code}`, async () => {
      const { code: told, detail } = await place(status, '{"error":{"message":"No."}}', 'OpenAI')
      assert.deepEqual([told, detail], [code, 'No.'])
      assert.equal((await place(status, '', 'OpenAI')).detail, undefined)
      assert.equal((await place(status, '', 'the service')).code, atTheService)
    })

  it('that breaks off is OpenAI’s failure where OpenAI gave it', async () => {
    const other = await serviceThat((_, response) => {
      response.writeHead(201, { 'content-length': '1000' }).write('v=0')
      setImmediate(() => response.destroy())
    })
    const token = { client_secret: 'ek_1', web_rtc_url: `${other.url}/v1/realtime/calls` } as Token
    const { service } = await serviceThat(granting)
    assert.equal((await errorOf(service.placeCall(token, 'v=0', signal))).code, 'openai-unreachable')
  })
})

describe('Retry-After', () => {
  it('is told, and until then the service is left in peace', async () => {
    const { service, asked } = await serviceThat(refusing(429, 'rate_limited', { 'retry-after': '60' }))
    const first = await errorOf(service.token({}, signal))
    const second = await errorOf(service.token({}, signal))
    assert.equal(asked.length, 1)
    assert.deepEqual([first.retryAfter, second.code], [60, 'rate-limited'])
    assert.ok(second.retryAfter && second.retryAfter > 50 && second.retryAfter <= 60)
    assert.ok(second.retryAt && second.retryAt > performance.now() + 50_000)
  })

  it('is waited for once where that was asked for', async () => {
    let times = 0
    const behave: Behave = (request, response) =>
      (times++ === 0 ? refusing(429, 'rate_limited', { 'retry-after': '1' }) : granting)(request, response)
    const { service, asked } = await serviceThat(behave, { maxWaitSeconds: 5 })
    assert.equal((await service.token({}, signal)).client_secret, 'ek_1')
    assert.equal(asked.length, 2)
  })

  it('is not waited for otherwise, even if it is nothing', async () => {
    const { service, asked } = await serviceThat(refusing(503, 'overloaded', { 'retry-after': '0' }))
    assert.equal((await errorOf(service.token({}, signal))).code, 'overloaded')
    assert.equal(asked.length, 1)
  })

  it('is not waited for where it is longer, and a wait ends with the call', async () => {
    const slow = await serviceThat(refusing(429, 'rate_limited', { 'retry-after': '60' }), { maxWaitSeconds: 5 })
    assert.equal((await errorOf(slow.service.token({}, signal))).retryAfter, 60)
    const waiting = await serviceThat(refusing(429, 'rate_limited', { 'retry-after': '60' }), { maxWaitSeconds: 90 })
    await assert.rejects(waiting.service.token({}, AbortSignal.timeout(100)), { name: 'TimeoutError' })
  })
})

describe('a service that cannot be read', () => {
  it('is unreachable where nobody listens', async () => {
    const { url } = await serviceThat(granting)
    for (const stop of stops.splice(0)) stop()
    assert.equal((await errorOf(createService({ service: url }).token({}, signal))).code, 'service-unreachable')
  })

  it('has a problem where something else answers in its place, or breaks off', async () => {
    const odd = JSON.stringify({ ...TOKEN, client_secret: undefined, models: [] })
    for (const body of ['<html>Sign in to this network</html>', '{"models":[', '{}', 'null', '[]', '', odd]) {
      const { service, url } = await serviceThat((_request, response) => response.end(body))
      for (const error of [await errorOf(service.options()), await errorOf(service.token({}, signal))]) {
        assert.equal(error.code, 'service-failed')
        assert.ok(error.detail?.startsWith(`Is ${url} the Parker service? Its answer has no `), error.detail)
      }
    }
  })

  it('refuses the page where its health can be asked for, or is another server', async t => {
    Object.assign(globalThis, { location: { origin: 'https://page.example' } })
    t.after(() => Reflect.deleteProperty(globalThis, 'location'))
    const { service, url } = await serviceThat((request, response) => {
      if (request.url === '/healthz') response.writeHead(404).end()
      else request.destroy()
    })
    const { code, detail } = await errorOf(service.token({}, signal))
    assert.equal(code, 'origin-refused')
    assert.equal(detail, `${url} is not the Parker service, or its ALLOWED_ORIGINS lacks https://page.example.`)
  })
})

describe('the address of the service', () => {
  it('may have a path, and slashes at its end', async () => {
    const { url, asked } = await serviceThat(granting)
    for (const end of ['', '/', '/parker', '/api/v1/parker//'])
      await createService({ service: `${url}${end}` }).token({}, signal)
    await createService({ service: new URL(url) }).token({}, signal)
    const paths = ['', '', '/parker', '/api/v1/parker', ''].map(path => `${path}/v1/realtime/token`)
    assert.deepEqual(
      asked.map(request => request.url),
      paths,
    )
  })

  for (const service of [
    'localhost:8000',
    'parker.example',
    '/parker',
    '',
    'ftp://parker.example',
    'https://a b',
    'https://parker.example?key=1',
    'https://parker.example/#top',
    'https://parker.example/v1/',
    'https://parker.example/v1/realtime/token',
  ])
    it(`${service || 'nothing'} is no such address`, () =>
      assert.throws(() => createService({ service }), {
        name: 'TypeError',
        message: `service must be an http(s) address such as https://parker.example, without /v1/…; it is "${service}"`,
      }))
})

describe('what is sent', () => {
  it('carries the authorization that the page gives, anew each time', async () => {
    let times = 0
    const { service, asked } = await serviceThat(granting, { authorization: async () => `Bearer jwt-${++times}` })
    await service.token({}, signal)
    await service.token({}, signal)
    assert.deepEqual(
      asked.map(({ headers }) => headers.authorization),
      ['Bearer jwt-1', 'Bearer jwt-2'],
    )
  })

  it('hangs up at the service only, never at another place', async () => {
    const behave: Behave = (_request, response) =>
      response.writeHead(201, { location: '/v1/realtime/calls/rtc_1' }).end('v=0')
    const ours = await serviceThat(behave)
    const theirs = await serviceThat(behave)
    const token = (url: string) => ({ client_secret: 'ek_1', web_rtc_url: `${url}/v1/realtime/calls` }) as Token
    const { location, answer } = await ours.service.placeCall(token(ours.url), 'v=0', signal)
    assert.deepEqual([location, answer], [`${ours.url}/v1/realtime/calls/rtc_1`, 'v=0'])
    const below = await ours.service.placeCall(token(`${ours.url}/parker`), 'v=0', signal)
    assert.equal(below.location, `${ours.url}/parker/v1/realtime/calls/rtc_1`)
    assert.equal((await ours.service.placeCall(token(theirs.url), 'v=0', signal)).location, undefined)
    assert.equal(theirs.asked[0]?.headers.authorization, 'Bearer ek_1')
  })

  it('ends a call whose answer breaks off, as its owner', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<IncomingMessage>()
    const { service, url } = await serviceThat((request, response) => {
      if (request.method === 'DELETE') {
        resolve(request)
        response.writeHead(204).end()
      } else {
        response.writeHead(201, { location: '/v1/realtime/calls/rtc_1', 'content-length': '1000' }).write('v=0')
        setImmediate(() => response.destroy())
      }
    })
    const token = { client_secret: 'ek_1', web_rtc_url: `${url}/v1/realtime/calls` } as Token
    await assert.rejects(service.placeCall(token, 'v=0', signal))
    const { url: path, headers } = await ended
    assert.deepEqual([path, headers.authorization], ['/v1/realtime/calls/rtc_1', 'Bearer ek_1'])
  })
})
