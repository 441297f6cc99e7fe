import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { ask, askToken } from './harness/ask.ts'
import { type RunningService, startService } from './harness/service.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

/** One service for each way of trusting proxies; all are asked from 127.0.0.1. */
const TRUST = {
  none: {},
  one: { TRUST_PROXY: '1' },
  two: { TRUST_PROXY: '2' },
  near: { TRUST_PROXY: '127.0.0.0/8,10.0.0.0/8,fd00::/8', HOST: '::' },
  far: { TRUST_PROXY: '10.0.0.0/8' },
  railway: { RAILWAY_PROJECT_ID: 'a-project' },
}
type Trust = keyof typeof TRUST

let upstream: Upstream
let services: Record<Trust, RunningService>

before(async () => {
  upstream = await startUpstream()
  const common = { OPENAI_BASE_URL: upstream.baseUrl, RATE_LIMIT_PER_MINUTE: '10' }
  services = {} as typeof services
  const starts = Object.entries(TRUST).map(async ([name, trust]) => {
    services[name as Trust] = await startService({ ...common, ...trust })
  })
  await Promise.all(starts)
})

after(async () => {
  await Promise.all(Object.values(services ?? {}).map(service => service.stop()))
  await upstream?.close()
})

type Headers = Record<string, string>

/** Who a request is counted as: the hash of the client in its log line. */
async function countedAs(trust: Trust, headers: Headers): Promise<unknown> {
  const id = randomUUID()
  await ask(`${services[trust].url}/healthz`, { headers: { ...headers, 'x-request-id': id } })
  const line = await services[trust].logged(({ request_id, msg }) => request_id === id && msg === 'request')
  assert.match(String(line.client), /^[0-9a-f]{32}$/)
  return line.client
}

const via = (chain: string): Headers => ({ 'x-forwarded-for': chain })

async function assertSame(trust: Trust, a: Headers, b: Headers): Promise<void> {
  assert.equal(
    await countedAs(trust, a),
    await countedAs(trust, b),
    `${JSON.stringify(a)} and ${JSON.stringify(b)} differ`,
  )
}

async function assertDifferent(trust: Trust, a: Headers, b: Headers): Promise<void> {
  assert.notEqual(await countedAs(trust, a), await countedAs(trust, b), `${JSON.stringify(a)} and ${JSON.stringify(b)}`)
}

describe('TRUST_PROXY=none', () => {
  it('counts the socket, whatever is forwarded', async () => {
    for (const headers of [via('203.0.113.7'), { 'x-real-ip': '203.0.113.7' }, { forwarded: 'for=203.0.113.7' }])
      await assertSame('none', headers, {})
  })

  it('warns of a forwarded header once', async () => {
    for (const address of ['203.0.113.7', '203.0.113.8', '203.0.113.9']) await countedAs('none', via(address))
    const warnings = services.none
      .logs()
      .filter(({ level, msg }) => level === 'warn' && msg.includes('TRUST_PROXY is none'))
    assert.equal(warnings.length, 1)
  })
})

describe('TRUST_PROXY=1', () => {
  it('counts the last entry, and never the leftmost', async () => {
    await assertDifferent('one', via('203.0.113.7'), {})
    await assertSame('one', via('6.6.6.6, 203.0.113.7'), via('203.0.113.7'))
    await assertSame('one', via('6.6.6.6, 203.0.113.7'), via('7.7.7.7, 8.8.8.8,203.0.113.7'))
    await assertDifferent('one', via('6.6.6.6, 203.0.113.7'), via('6.6.6.6, 203.0.113.8'))
  })

  it('counts the socket where the header is missing, empty or no address', async () => {
    for (const chain of ['', 'unknown', '1', '203.0.113.7, nonsense', 'x'.repeat(4000)])
      await assertSame('one', via(chain), {})
  })

  it('reads ports, brackets, spaces and IPv4 inside IPv6', async () => {
    for (const entry of ['203.0.113.7:4711', '  203.0.113.7 ', '::ffff:203.0.113.7', '[::ffff:203.0.113.7]:80'])
      await assertSame('one', via(entry), via('203.0.113.7'))
  })

  it('counts IPv6 by its /64', async () => {
    for (const entry of ['2001:db8:1:2:aaaa::9', '[2001:db8:1:2::9]', '[2001:db8:1:2::9]:443', '2001:DB8:1:2:0:0:0:9'])
      await assertSame('one', via(entry), via('2001:db8:1:2::1'))
    await assertDifferent('one', via('2001:db8:1:3::1'), via('2001:db8:1:2::1'))
  })

  it('gives a whole /64 one rate', async () => {
    const hosts = Array.from({ length: 12 }, (_, i) => via(`2001:db8:9:9:${i + 1}::1`))
    const answers = await Promise.all(hosts.map(headers => askToken(services.one.url, {}, headers)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 10)
    assert.equal(answers.filter(({ status }) => status === 429).length, 2)
  })

  it('lets 50 clients ask at once', async () => {
    const clients = Array.from({ length: 50 }, (_, i) => via(`6.6.6.6, 198.51.100.${i + 1}`))
    const answers = await Promise.all(clients.map(headers => askToken(services.one.url, {}, headers)))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    assert.equal(new Set(answers.map(({ json }) => json.client_secret)).size, 50)
  })

  it('is not fooled by forged entries: the eleventh request is refused', async () => {
    const forged = Array.from({ length: 11 }, (_, i) => via(`9.9.9.${i}, 203.0.113.77`))
    const answers = await Promise.all(forged.map(headers => askToken(services.one.url, {}, headers)))
    assert.equal(answers.filter(({ status }) => status === 429).length, 1)
  })
})

describe('TRUST_PROXY=2', () => {
  it('counts the last entry but one', async () => {
    await assertSame('two', via('203.0.113.7, 10.0.0.1'), via('6.6.6.6, 203.0.113.7, 10.0.0.2'))
    await assertDifferent('two', via('203.0.113.7, 10.0.0.1'), via('203.0.113.8, 10.0.0.1'))
  })

  it('counts the socket where there are fewer entries', async () => {
    await assertSame('two', via('203.0.113.7'), {})
  })
})

describe('TRUST_PROXY with networks', () => {
  it('counts the first address from the right outside them', async () => {
    await assertSame('near', via('6.6.6.6, 203.0.113.7, 10.1.1.1, fd00::1'), via('203.0.113.7'))
    await assertDifferent('near', via('203.0.113.7, 10.1.1.1'), via('203.0.113.8, 10.1.1.1'))
  })

  it('believes nothing of a socket outside them', async () => {
    await assertSame('far', via('203.0.113.7'), {})
    await assertSame('far', via('203.0.113.7, 10.0.0.1'), {})
  })
})

describe('on Railway', () => {
  it('counts X-Real-IP, and not X-Forwarded-For', async () => {
    await assertDifferent('railway', { 'x-real-ip': '203.0.113.7' }, {})
    await assertDifferent('railway', { 'x-real-ip': '203.0.113.7' }, { 'x-real-ip': '203.0.113.8' })
    await assertSame('railway', { 'x-real-ip': '203.0.113.7', ...via('6.6.6.6') }, { 'x-real-ip': '203.0.113.7' })
    await assertSame('railway', via('203.0.113.7'), {})
  })

  it('says at the start that it does so', () => {
    assert.ok(services.railway.logs().some(({ msg }) => msg.includes('TRUST_PROXY=railway')))
    assert.ok(!services.one.logs().some(({ msg }) => msg.includes('railway')))
  })
})

describe('HSTS', () => {
  const https = { 'x-forwarded-proto': 'https' }
  const hsts = async (trust: Trust, headers: Headers) => {
    const answer = await ask(`${services[trust].url}/healthz`, { headers: { ...via('203.0.113.7'), ...headers } })
    return answer.headers.get('strict-transport-security')
  }

  it('is sent behind https, as a trusted proxy tells', async () => {
    for (const trust of ['one', 'two', 'near', 'railway'] as const)
      assert.match((await hsts(trust, https)) ?? '', /^max-age=\d{7,}/, trust)
  })

  it('is not sent behind http', async () => {
    for (const headers of [{}, { 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'nonsense' }] as Headers[])
      assert.equal(await hsts('one', headers), null)
  })

  it('is not sent on the word of someone who is not trusted', async () => {
    for (const trust of ['none', 'far'] as const) assert.equal(await hsts(trust, https), null, trust)
  })
})

describe('a raw address', () => {
  it('is never logged', async () => {
    await countedAs('one', via('203.0.113.123'))
    await askToken(services.one.url, {}, via('203.0.113.123'))
    assert.ok(!services.one.output().includes('203.0.113.123'))
  })
})
