import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ask, askToken } from './harness/ask.ts'
import { API_KEY, runService, startService } from './harness/service.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

const ENTRY = fileURLToPath(new URL('../packages/server/start.js', import.meta.url))
const CHROME_ID = 'abcdefghijklmnopabcdefghijklmnop'

let upstream: Upstream
const folder = mkdtempSync(join(tmpdir(), 'parker-start-'))

before(async () => {
  upstream = await startUpstream()
})

after(async () => {
  await upstream?.close()
  rmSync(folder, { recursive: true })
})

/** Runs until the start is refused, and returns what a person reads. */
async function refusal(settings: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await runService({ PORT: '0', HOST: '127.0.0.1', ...settings })
  assert.equal(code, 78, stderr)
  assert.equal(stdout, '')
  return stderr
}

const namesIn = (report: string) => [...report.matchAll(/^ {2}([A-Z_]+) .+\.$/gm)].map(match => match[1])
const examplesIn = (report: string) => [...report.matchAll(/^ +e\.g\. ([A-Z_]+)=.+$/gm)].map(match => match[1])

/** Runs the entry in a folder with a `.env`, until it listens or ends. */
async function startIn(dotEnv: string | undefined, env: Record<string, string>) {
  const cwd = mkdtempSync(join(folder, 'cwd-'))
  if (dotEnv !== undefined) writeFileSync(join(cwd, '.env'), dotEnv)
  const child = spawn(process.execPath, [ENTRY], { cwd, env: { PATH: process.env.PATH, ...env } })
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const ended = once(child, 'close').then(([code]) => ({ code, stderr }))
  const listening = new Promise<number>(resolve => {
    createInterface({ input: child.stdout }).on('line', line => {
      const { msg, port } = JSON.parse(line)
      if (msg.endsWith('is listening')) resolve(port)
    })
  })
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { listening, ended, stop }
}

describe('a start with bad settings', { concurrency: 3 }, () => {
  it('reports every one at once, with its problem and an example, and ends with 78', async () => {
    const bad = {
      OPENAI_API_KEY: '',
      PORT: 'abc',
      ALLOWED_ORIGINS: '*',
      TRUST_PROXY: 'true',
      OPENAI_BASE_URL: 'http://api.openai.com/v1',
      AUTH_JWKS_URL: 'http://issuer.example/jwks.json',
      LOG_LEVEL: 'loud',
      DEFAULT_SPEED: 'fast',
    }
    const report = await refusal(bad)
    assert.match(report, /10 settings are wrong/)
    // An unreadable AUTH_JWKS_URL was meant: what goes with it is missed in the same go.
    const names = [...Object.keys(bad), 'AUTH_ISSUER', 'AUTH_AUDIENCE'].sort()
    assert.deepEqual(namesIn(report).sort(), names)
    assert.deepEqual(examplesIn(report).sort(), names)
  })

  it('explains a wildcard among the origins', async () => {
    const report = await refusal({ OPENAI_API_KEY: API_KEY, ALLOWED_ORIGINS: '["https://www.espn.com","*"]' })
    assert.match(report, /A setting is wrong/)
    assert.match(report, /ALLOWED_ORIGINS .*wildcard would let any site use your key/)
  })

  it('says what is missing where JWTs are asked for', async () => {
    const report = await refusal({ OPENAI_API_KEY: API_KEY, AUTH_JWKS_URL: 'https://issuer.example/jwks.json' })
    assert.deepEqual(namesIn(report), ['AUTH_ISSUER', 'AUTH_AUDIENCE'])
    assert.deepEqual(examplesIn(report), ['AUTH_ISSUER', 'AUTH_AUDIENCE'])
  })

  it('never quotes a secret, however bad it is', async () => {
    const report = await refusal({
      OPENAI_API_KEY: 'sk-hunter2 with spaces',
      ADMIN_TOKEN: 'hunter2',
      CLIENT_HASH_SECRET: 'hunter2',
      AUTH_JWT_SECRET: 'hunter2',
      AUTH_JWKS_URL: 'https://me:hunter2@issuer.example/jwks.json',
      OPENAI_BASE_URL: 'https://me:hunter2@gateway.example/v1',
    })
    for (const name of ['OPENAI_API_KEY', 'ADMIN_TOKEN', 'CLIENT_HASH_SECRET', 'AUTH_JWT_SECRET', 'AUTH_JWKS_URL'])
      assert.ok(namesIn(report).includes(name), name)
    assert.doesNotMatch(report, /hunter2/)
  })

  it('never quotes a good secret that is set in two ways', async () => {
    const secret = 'hunter2-hunter2-hunter2-hunter2-hunter2'
    const file = join(folder, 'secret')
    writeFileSync(file, secret)
    const report = await refusal({
      OPENAI_API_KEY: secret,
      OPENAI_API_KEY_FILE: file,
      AUTH_JWT_SECRET: secret,
      AUTH_JWKS_URL: 'https://issuer.example/jwks.json',
      AUTH_ISSUER: 'i',
      AUTH_AUDIENCE: 'a',
    })
    assert.deepEqual(namesIn(report), ['OPENAI_API_KEY', 'AUTH_JWT_SECRET'])
    assert.doesNotMatch(report, /hunter2/)
  })

  it('says which file of a secret it could not use', async () => {
    const empty = join(folder, 'empty')
    writeFileSync(empty, '\n')
    const missing = join(folder, 'missing')
    const report = await refusal({ OPENAI_API_KEY_FILE: missing, ADMIN_TOKEN_FILE: empty })
    assert.match(report, /OPENAI_API_KEY cannot be read from the file that OPENAI_API_KEY_FILE names \(ENOENT\)/)
    assert.match(report, /ADMIN_TOKEN cannot be read from the file that ADMIN_TOKEN_FILE names: it is empty/)
  })

  it('prints no stack', async () => {
    assert.doesNotMatch(await refusal({}), /^\s+at /m)
  })
})

describe('a start', { concurrency: 3 }, () => {
  it('takes its secrets from files', async () => {
    const secrets = { OPENAI_API_KEY: 'sk-from-a-file', ADMIN_TOKEN: 'an-operator-from-a-file' }
    const files = Object.entries(secrets).map(([name, value]) => {
      const path = join(folder, name)
      writeFileSync(path, `${value}\n`)
      return [`${name}_FILE`, path]
    })
    const settings = { OPENAI_API_KEY: '', OPENAI_BASE_URL: upstream.baseUrl, ...Object.fromEntries(files) }
    const service = await startService(settings)
    try {
      const headers = { authorization: `Bearer ${secrets.ADMIN_TOKEN}`, 'x-request-id': 'from-a-file' }
      assert.equal((await askToken(service.url, { context: 'cold' }, headers)).status, 200)
      const sent = upstream.received.find(request => request.headers['x-client-request-id'] === 'from-a-file')
      assert.equal(sent?.headers.authorization, `Bearer ${secrets.OPENAI_API_KEY}`)
    } finally {
      await service.stop()
    }
  })

  it('warns of an origin that no Chrome makes, of a model near its end, and of open metrics', async () => {
    const service = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      ALLOWED_ORIGINS: `chrome-extension://abc123,chrome-extension://${CHROME_ID}`,
      REALTIME_MODEL: 'gpt-4o-realtime-preview',
    })
    const warnings = service.logs().filter(({ level }) => level === 'warn')
    await service.stop()
    assert.equal(warnings.filter(({ msg }) => msg.includes('chrome-extension://abc123')).length, 1)
    assert.ok(!warnings.some(({ msg }) => msg.includes(CHROME_ID)))
    assert.ok(
      warnings.some(({ msg }) => /gpt-4o-realtime-preview was shut down .*gpt-realtime-2\.1 is served/.test(msg)),
    )
    assert.ok(warnings.some(({ msg }) => msg.includes('/metrics is open')))
  })

  it('warns of nothing where there is nothing to warn of', async () => {
    const service = await startService({
      OPENAI_BASE_URL: upstream.baseUrl,
      ALLOWED_ORIGINS: `https://www.espn.com,chrome-extension://${CHROME_ID}`,
      REALTIME_MODEL: 'gpt-realtime-2.1',
      ADMIN_TOKEN: 'an-operators-token',
      RATE_LIMIT_BURST: '',
    })
    const warnings = service.logs().filter(({ level }) => level === 'warn')
    await service.stop()
    assert.deepEqual(warnings, [])
  })

  it('never logs a secret', async () => {
    const secrets = {
      OPENAI_API_KEY: 'sk-hunter2-api-key',
      ADMIN_TOKEN: 'hunter2-admin-token',
      CLIENT_HASH_SECRET: 'hunter2-client-hash-secret',
      AUTH_JWT_SECRET: 'hunter2-jwt-secret-of-32-characters',
    }
    const claims = { AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' }
    const service = await startService({ ...secrets, ...claims, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'trace' })
    await askToken(service.url, {}, { authorization: `Bearer ${secrets.ADMIN_TOKEN}` })
    await service.logged(({ msg }) => msg === 'request')
    await service.stop()
    assert.doesNotMatch(service.output(), /hunter2/)
  })

  it('on a host that this machine does not have is refused like any bad setting', async () => {
    // The last two are a port, which reads as the address 0.0.31.64, and an address with one.
    for (const host of ['999.1.1.1', '192.0.2.1', '8000', '0.0.0.0:8000']) {
      const { code, stdout, stderr } = await runService({
        OPENAI_API_KEY: API_KEY,
        OPENAI_BASE_URL: upstream.baseUrl,
        HOST: host,
        PORT: '0',
      })
      assert.equal(code, 78, host)
      assert.deepEqual([namesIn(stderr), examplesIn(stderr)], [['HOST'], ['HOST']])
      assert.match(stderr, /the port goes into PORT/)
      assert.doesNotMatch(stdout + stderr, /^\s+at |stack/m)
    }
  })

  it('on a port that is taken ends at once and says what to do', async () => {
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const settings = { OPENAI_API_KEY: API_KEY, OPENAI_BASE_URL: upstream.baseUrl, HOST: '127.0.0.1', PORT: `${port}` }
    const { code, stdout } = await runService(settings)
    other.close()
    assert.equal(code, 1)
    assert.match(stdout, /PORT/)
    assert.ok(!stdout.includes(API_KEY))
  })
})

describe('.env', { concurrency: 3 }, () => {
  it('of the current folder is read', async () => {
    const dotEnv = `# a comment\nOPENAI_API_KEY=${API_KEY}\nOPENAI_BASE_URL="${upstream.baseUrl}"\nALLOWED_VOICES=ash\nREALTIME_VOICE=ash\n`
    const { listening, stop } = await startIn(dotEnv, { PORT: '0', HOST: '127.0.0.1' })
    const { json } = await ask(`http://127.0.0.1:${await listening}/v1/realtime/options`)
    await stop()
    assert.deepEqual(
      json.voices.map((voice: { name: string }) => voice.name),
      ['ash'],
    )
  })

  it('does not override the environment', async () => {
    const dotEnv = `OPENAI_API_KEY=${API_KEY}\nPORT=abc\nOPENAI_BASE_URL=http://public.example\nALLOWED_VOICES=verse,ash\n`
    const env = { PORT: '0', HOST: '127.0.0.1', OPENAI_BASE_URL: upstream.baseUrl, ALLOWED_VOICES: 'verse,sage' }
    const { listening, stop } = await startIn(dotEnv, env)
    const { json } = await ask(`http://127.0.0.1:${await listening}/v1/realtime/options`)
    await stop()
    assert.deepEqual(
      json.voices.map((voice: { name: string }) => voice.name),
      ['verse', 'sage'],
    )
  })

  it('is looked at as strictly as the environment', async () => {
    const { ended } = await startIn(`OPENAI_API_KEY=sk-hunter2 x\nPORT=abc\n`, {})
    const { code, stderr } = await ended
    assert.equal(code, 78)
    assert.deepEqual(namesIn(stderr), ['OPENAI_API_KEY', 'PORT'])
    assert.doesNotMatch(stderr, /hunter2/)
  })

  it('may be missing', async () => {
    const { ended } = await startIn(undefined, {})
    const { code, stderr } = await ended
    assert.equal(code, 78)
    assert.match(stderr, /OPENAI_API_KEY is required/)
  })
})
