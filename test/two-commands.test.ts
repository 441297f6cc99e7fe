import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ask, askToken } from './harness/ask.ts'
import { npmStart } from './harness/npm-start.ts'
import { API_KEY } from './harness/service.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'

const pathOf = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url))

describe('npm start', () => {
  let upstream: Upstream
  before(async () => {
    upstream = await startUpstream()
  })
  after(() => upstream.close())

  const basics = () => ({ OPENAI_API_KEY: API_KEY, OPENAI_BASE_URL: upstream.baseUrl, PORT: '0' })

  it('starts from the environment alone, says where it listens, and ends with 0 on SIGTERM', async () => {
    const npm = await npmStart({ settings: basics() })
    assert.equal((await ask(`${npm.url}/healthz`)).json.status, 'healthy')
    assert.equal((await askToken(npm.url)).status, 200)
    assert.equal(await npm.stop(), 0)
  })

  it('reads .env, and what the environment says is stronger', async () => {
    const dotEnv = `OPENAI_API_KEY=${API_KEY}\nREALTIME_VOICE=cedar\nDEFAULT_INSTRUCTIONS="You are from the file."\n`
    const npm = await npmStart({
      settings: { OPENAI_BASE_URL: upstream.baseUrl, PORT: '0', REALTIME_VOICE: 'marin' },
      dotEnv,
    })
    const { json } = await askToken(npm.url)
    assert.equal(json.voice, 'marin')
    assert.match(json.instructions, /You are from the file\./)
    await npm.stop()
  })

  it('takes .env.example for a .env that needs no more than the key', async () => {
    const dotEnv = readFileSync(pathOf('.env.example'), 'utf8')
    const npm = await npmStart({ settings: basics(), dotEnv })
    assert.equal((await askToken(npm.url)).status, 200)
    await npm.stop()
  })

  it('refuses to start on bad settings with exit code 78, and names them all at once', async () => {
    const settings = { OPENAI_API_KEY: '', PORT: 'abc', ALLOWED_ORIGINS: '*', DEFAULT_SPEED: '9' }
    await assert.rejects(npmStart({ settings }), ({ message }: Error) => {
      assert.match(message, /npm start ended with 78/)
      for (const name of Object.keys(settings)) assert.match(message, new RegExp(`\\n  ${name} `))
      return true
    })
  })

  it('says so when the port is taken', async () => {
    const taken = createServer().listen(0, '0.0.0.0')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await assert.rejects(npmStart({ settings: { ...basics(), PORT: String(port) } }), /ended with 1:.*port is taken/s)
    taken.close()
  })
})

describe('an older Node', () => {
  const PRETEND = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.0'}})`
  for (const file of [
    'packages/server/start.js',
    'packages/server/doctor.js',
    'test/run/start.js',
    'demo/start.js',
    'voice-lab/start.js',
  ])
    it(`is told by ${file} what to do, and nothing is started`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', PRETEND, pathOf(file)], {
        env: { PATH: process.env.PATH },
        encoding: 'utf8',
      })
      assert.equal(status, 1)
      assert.match(stderr, /needs? Node 24 or newer.*npm ci.*https:\/\/nodejs\.org/s)
      assert.equal(stdout, '')
    })
})

describe('package.json', () => {
  it('has a start script that hands its process over, so that a signal reaches the server', () => {
    const { scripts } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'))
    assert.match(scripts.start, /^exec env (\w+=\w+ )+node /)
  })
})
