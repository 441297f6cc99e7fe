import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECURITY_HEADERS } from '../../http/headers.ts'
import { judgeHeaders } from './deployment.ts'
import { judgeToken } from './token.ts'

const VISIT = {
  url: 'https://parker.example',
  origin: 'https://a.example',
  headers: {},
  adminToken: undefined,
  publicHost: true,
}
const TOKEN = {
  client_secret: 'ek_1',
  web_rtc_url: 'https://api.openai.com/v1/realtime/calls',
  expires_in: 600,
  model: 'm',
  voice: 'v',
}

const headers = (more: Record<string, string> = {}) =>
  new Headers({ ...SECURITY_HEADERS, 'x-request-id': 'one', ...more })
const ids = (found: { id: string }[]) => found.map(({ id }) => id)

test('asked by https it must know that it is https', () => {
  assert.deepEqual(ids(judgeHeaders({ headers: headers() }, 'https://parker.example')), ['headers-fine', 'no-hsts'])
  const aware = headers({ 'strict-transport-security': 'max-age=31536000' })
  assert.deepEqual(ids(judgeHeaders({ headers: aware }, 'https://parker.example')), ['headers-fine'])
  assert.deepEqual(ids(judgeHeaders({ headers: headers() }, 'http://127.0.0.1:8000')), ['headers-fine'])
})

test('headers that were lost on the way are named', () => {
  const [found] = judgeHeaders({ headers: new Headers({ 'x-request-id': 'one' }) }, 'http://127.0.0.1:8000')
  assert.equal(found?.id, 'headers-lost')
  for (const name of Object.keys(SECURITY_HEADERS)) assert.ok(found?.what.includes(name), name)
})

test('a token that no browser can use is odd', () => {
  for (const change of [
    { client_secret: '' },
    { client_secret: 7 },
    { web_rtc_url: 'nowhere' },
    { expires_in: 'soon' },
    { web_rtc_url: 'http://127.0.0.1:8788/v1/realtime/calls' },
  ])
    assert.ok(ids(judgeToken({ json: { ...TOKEN, ...change }, headers: headers() }, VISIT)).includes('token-odd'))
  assert.deepEqual(ids(judgeToken({ json: TOKEN, headers: headers() }, VISIT)), ['token-given'])
})

test('a ticket must lead back to the deployment that gave it, and cost no mint', () => {
  const ticket = (web_rtc_url: string) => ({ ...TOKEN, web_rtc_url, websocket_url: null })
  const found = (url: string) => ids(judgeToken({ json: ticket(url), headers: headers() }, VISIT))
  assert.deepEqual(found('https://parker.example/v1/realtime/calls'), ['token-given'])
  const cost = (json: object) => judgeToken({ json: { ...json }, headers: headers() }, VISIT)[0]?.what
  assert.match(cost(ticket('https://parker.example/v1/realtime/calls')) ?? '', /This cost no mint\.$/)
  assert.match(cost(TOKEN) ?? '', /This cost one mint\.$/)
  for (const url of ['http://parker.example', 'https://elsewhere.example', 'http://10.0.0.7:8000'])
    assert.deepEqual(found(`${url}/v1/realtime/calls`), ['token-given', 'calls-elsewhere'], url)
})

test('a token behind a cache is found', () => {
  const cached = headers()
  cached.set('cache-control', 'public')
  assert.deepEqual(ids(judgeToken({ json: TOKEN, headers: cached }, VISIT)), ['token-given', 'token-cached'])
})
