import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadArguments, readArguments } from './arguments.ts'
import { cannotListen } from './banner.ts'
import { demoEnvironment, ignoredNames, ownOrigins } from './settings.ts'

test('no setting about OpenAI is taken from the environment, all others are', () => {
  const env = { OPENAI_API_KEY: 'sk-real', OPENAI_API_KEY_FILE: '/key', OPENAI_PROJECT: 'proj_1', PORT: '8123' }
  assert.deepEqual(demoEnvironment(env, 'sk-demo', 'http://127.0.0.1:1/v1'), {
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'pretty',
    PORT: '8123',
    OPENAI_API_KEY: 'sk-demo',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
  })
  assert.deepEqual(ignoredNames(env), ['OPENAI_API_KEY', 'OPENAI_API_KEY_FILE', 'OPENAI_PROJECT'])
})

test('an empty variable leaves the default alone', () => {
  const { LOG_LEVEL } = demoEnvironment({ LOG_LEVEL: '' }, 'sk-demo', 'http://127.0.0.1:1/v1')
  assert.equal(LOG_LEVEL, 'error')
})

test('the page may be opened at localhost, at 127.0.0.1 and at the HOST that was set', () => {
  assert.deepEqual(ownOrigins('0.0.0.0', 8000), ['http://localhost:8000', 'http://127.0.0.1:8000'])
  assert.deepEqual(ownOrigins('0.0.0.0', 80), ['http://localhost', 'http://127.0.0.1'])
  assert.equal(ownOrigins('192.168.1.5', 8000)[0], 'http://192.168.1.5:8000')
  assert.equal(ownOrigins('fd00::5', 8000)[0], 'http://[fd00::5]:8000')
})

test('the stand-in takes 450 ms unless told otherwise, and nonsense is refused', () => {
  assert.equal(readArguments([]).latencyMs, 450)
  assert.equal(readArguments(['--latency-ms', '0']).latencyMs, 0)
  for (const args of [['--latency-ms', 'fast'], ['--latency-ms=-1'], ['--latency-ms', '60001'], ['--fast'], ['fast']])
    assert.throws(() => readArguments(args), BadArguments, args.join(' '))
})

test('only a failure to listen is explained as one', () => {
  const taken = Object.assign(new Error('no'), { code: 'EADDRINUSE', syscall: 'listen', port: 8000 })
  assert.match(cannotListen(taken) ?? '', /Port 8000 is taken.*\n.*PORT=8001 npm run demo/)
  assert.equal(cannotListen(new Error('other')), undefined)
})
