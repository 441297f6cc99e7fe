import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Config, decideConfig } from './config.ts'
import { describeProblems, type Problem } from './read.ts'
import type { Remark } from './remarks.ts'
import { ALL_SETTINGS, type SettingName } from './settings.ts'

const KEY = 'sk-test-0123456789'
const NOW = Date.parse('2026-11-23T12:00:00Z')
const JWT_SECRET = 'a-secret-of-32-characters-or-more'
const CHROME_ID = 'abcdefghijklmnopabcdefghijklmnop'

type Env = Record<string, string>

const decide = (env: Env) => decideConfig({ OPENAI_API_KEY: KEY, ...env }, NOW)

function configOf(env: Env): Config {
  const decision = decide(env)
  assert.ok('config' in decision, JSON.stringify(decision))
  return decision.config
}

function remarksOf(env: Env): Remark[] {
  const decision = decide(env)
  assert.ok('remarks' in decision, JSON.stringify(decision))
  return decision.remarks
}

function problemsOf(env: Env): Problem[] {
  const decision = decide(env)
  assert.ok('problems' in decision, `${JSON.stringify(env)} was taken`)
  return decision.problems
}

/** A configuration or its problems, in a form that can be compared. */
const outcome = (env: Env) => JSON.stringify(decide(env))

/** A configuration that can be compared, secrets included. */
const comparable = (env: Env) => JSON.stringify(configOf(env))

const folder = mkdtempSync(join(tmpdir(), 'parker-config-'))
after(() => rmSync(folder, { recursive: true }))

function fileWith(content: string | Uint8Array): string {
  const path = join(folder, `file-${Math.random().toString(36).slice(2)}`)
  writeFileSync(path, content)
  return path
}

/** Settings that only take a range or a list of words: values that each must stop the start. */
const BAD_VALUES: [name: SettingName, ...values: string[]][] = [
  ['OPENAI_API_KEY', 'sk with spaces', 'sk-\u00e9', 'sk-\u2026'],
  [
    'OPENAI_BASE_URL',
    'http://api.openai.com/v1',
    'api.openai.com',
    'ftp://x',
    'https://u:p@x.example',
    'https://x/?a=1',
  ],
  ['OPENAI_PUBLIC_BASE_URL', 'http://api.openai.com/v1', 'wss://api.openai.com/v1'],
  ['OPENAI_ORGANIZATION', 'my org', 'x'.repeat(129)],
  ['OPENAI_PROJECT', 'my project'],
  ['OPENAI_REALTIME_API', 'GA', 'alpha'],
  ['REALTIME_MODEL', 'gpt realtime', 'x'.repeat(129)],
  ['REALTIME_VOICE', 'ver se', 'alloy'],
  ['TOKEN_TTL_SECONDS', '9', '7201', '10m', '600.5'],
  ['ALLOWED_MODELS', '[]', '["a",', 'a,,b', '[1]'],
  ['ALLOWED_VOICES', '[]', 'verse,'],
  ['CALLER_INSTRUCTIONS', 'yes', 'Allow'],
  ['DEFAULT_INSTRUCTIONS', 'x'.repeat(8001)],
  ['DEFAULT_TEMPERATURE', 'warm', '2.1', '-1'],
  ['DEFAULT_MAX_TOKENS', '0', '4097', 'Infinity', 'INF'],
  ['DEFAULT_SPEED', '0.24', '1.51', '0'],
  ['TRANSCRIPTION_MODEL', 'gpt whisper', 'None', 'off'],
  ['VAD_THRESHOLD', '1.1', '-0.1'],
  ['VAD_PREFIX_PADDING_MS', '-1', '0.3s'],
  ['VAD_SILENCE_DURATION_MS', 'half a second'],
  ['SAFETY_IDENTIFIER', 'true', 'ip'],
  [
    'ALLOWED_ORIGINS',
    '*',
    'null',
    'https://www.espn.com/',
    'https://www.espn.com/nba',
    'https://WWW.espn.com',
    '["*"]',
  ],
  ['CORS_ORIGINS', '*', 'null', 'https://*.espn.com', 'https://www.espn.com:443'],
  ['REQUIRE_ORIGIN', 'maybe', '2'],
  ['TRUST_PROXY', 'true', 'all', '-1', '10.0.0.0/33'],
  ['AUTH_JWT_SECRET', 'short', 'x'.repeat(31), 'é'.repeat(15), 'x'.repeat(4097)],
  ['AUTH_JWKS_URL', 'http://issuer.example/jwks.json', 'http://10.0.0.1/jwks.json', 'issuer.example'],
  ['AUTH_ISSUER', 'x'.repeat(513)],
  ['AUTH_AUDIENCE', 'x'.repeat(513)],
  ['CLIENT_HASH_SECRET', 'short'],
  ['ADMIN_TOKEN', 'elevenchars', 'twelve chars and spaces'],
  ['RATE_LIMIT_PER_MINUTE', '0', 'ten', '-10', '1e3'],
  ['RATE_LIMIT_BURST', '0', '5.0'],
  ['RATE_LIMIT_PER_DAY', '-1', 'none'],
  ['RATE_LIMIT_GLOBAL_PER_DAY', '-1', 'off'],
  ['MAX_IN_FLIGHT', '0', 'many'],
  ['REDIS_URL', 'localhost:6379', 'http://127.0.0.1:6379', 'redis://'],
  ['UPSTREAM_TIMEOUT_MS', '0', '5s'],
  ['UPSTREAM_DEADLINE_MS', '0', '10 000'],
  ['UPSTREAM_MAX_RETRIES', '-1', '11'],
  ['CIRCUIT_FAILURE_THRESHOLD', '0', 'x'],
  ['CIRCUIT_RESET_SECONDS', '0', 'x'],
  ['POOL_ENABLED', 'maybe'],
  ['POOL_MAX_PER_KEY', '-1', 'x'],
  ['POOL_MAX_TOTAL', '-1', 'x'],
  ['POOL_MIN_REMAINING_SECONDS', '-1', '2m'],
  ['POOL_MINTS_PER_MINUTE', '-1', 'x'],
  ['CALL_MODE', 'webrtc', 'Unified'],
  ['PUBLIC_URL', 'parker.example.com', 'http://parker.example.com', 'https://x/?a=1'],
  ['MAX_CALLS', '0', 'many'],
  ['MAX_CALLS_PER_CLIENT', '0', '-1'],
  ['MAX_CALL_SECONDS', '0', '3601'],
  ['CALL_IDLE_SECONDS', '0', '3601'],
  ['MAX_CALL_USD', '-1', '$1'],
  ['DAILY_USD_BUDGET', '-1', '1e3'],
  ['CLIENT_DAILY_USD', '-1', 'free'],
  ['CALL_DRIFT', 'ignore'],
  ['MODEL_PRICES', '7', '[]', '{"m":3}', '{"m":{"audio":1}}', '{"m":{"audio_in":"1"}}', '{"m":{"audio_in":-1}}', '{'],
  ['CALL_HISTORY_SECONDS', '59', 'forever'],
  ['PORT', 'abc', '-1', '65536', '80.5'],
  ['HOST', 'my host'],
  ['LOG_LEVEL', 'loud', 'constructor', '20'],
  ['LOG_FORMAT', 'JSON ', 'text'],
  ['METRICS_ENABLED', 'ja', 'constructor'],
  ['HEALTH_CHECK_INTERVAL', '0', '30s'],
  ['SHUTDOWN_DELAY_SECONDS', '-1', '3601'],
  ['SHUTDOWN_GRACE_SECONDS', '-1', 'x'],
]

/** Combinations that no single value shows to be wrong, with the setting that each complaint must name. */
const BAD_COMBINATIONS: [names: SettingName[], env: Env][] = [
  [['OPENAI_API_KEY'], { OPENAI_API_KEY: '' }],
  [['AUTH_ISSUER', 'AUTH_AUDIENCE'], { AUTH_JWT_SECRET: JWT_SECRET }],
  [['AUTH_ISSUER'], { AUTH_JWKS_URL: 'https://issuer.example/jwks', AUTH_AUDIENCE: 'parker' }],
  [['AUTH_AUDIENCE'], { AUTH_JWKS_URL: 'https://issuer.example/jwks', AUTH_ISSUER: 'https://issuer.example/' }],
  [['AUTH_ISSUER', 'AUTH_AUDIENCE'], { AUTH_ISSUER: 'https://issuer.example/', AUTH_AUDIENCE: 'parker' }],
  [
    ['AUTH_JWT_SECRET'],
    { AUTH_JWT_SECRET: JWT_SECRET, AUTH_JWKS_URL: 'https://x.example', AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' },
  ],
  [['REALTIME_MODEL'], { ALLOWED_MODELS: 'gpt-realtime-2.1' }],
  [['REALTIME_VOICE'], { ALLOWED_VOICES: 'cedar' }],
  [['OPENAI_API_KEY'], { OPENAI_API_KEY_FILE: '/etc/hostname' }],
]

describe('a bad value', () => {
  for (const [name, ...values] of BAD_VALUES) {
    it(`of ${name} is a problem that names it and gives an example`, () => {
      for (const value of values) {
        const problem = problemsOf({ [name]: value }).find(one => one.name === name)
        assert.ok(problem, `no word of ${name}=${value}`)
        assert.match(problem.problem, /\w{3,} /)
        assert.ok(problem.example?.startsWith(`${name}=`), `no example for ${name}=${value}`)
      }
    })
  }

  it('is tried above for every setting', () => {
    const names = (rows: ReadonlyArray<readonly [SettingName, ...unknown[]]>) => rows.map(([name]) => name).sort()
    assert.deepEqual(names(BAD_VALUES), names(ALL_SETTINGS))
  })
})

describe('a bad combination', () => {
  for (const [names, env] of BAD_COMBINATIONS) {
    it(`of ${Object.keys(env).join(', ')} is a problem of ${names.join(' and ')}, each with an example`, () => {
      const problems = problemsOf(env)
      assert.deepEqual(
        problems.map(problem => problem.name),
        names,
      )
      for (const { name, example } of problems)
        assert.ok(example?.startsWith(`${name}=`), `${name} is reported without an example`)
    })
  }
})

describe('a word in the wrong spelling', () => {
  it('is answered with the right one', () => {
    const spelled = {
      TRANSCRIPTION_MODEL: ['None', 'none'],
      DEFAULT_MAX_TOKENS: ['INF', 'inf'],
      LOG_FORMAT: ['JSON', 'json'],
    }
    for (const [name, [wrong = '', right = '']] of Object.entries(spelled))
      assert.match(problemsOf({ [name]: wrong })[0]?.problem ?? '', new RegExp(`\\b${right}\\b`), name)
  })
})

describe('the report', () => {
  it('has every problem at once', () => {
    const env: Env = Object.fromEntries(BAD_VALUES.map(([name, value = '']) => [name, value]))
    const report = describeProblems(problemsOf(env))
    for (const [name] of BAD_VALUES) assert.match(report, new RegExp(`^ {2}${name} .+\\.$`, 'm'))
  })

  it('never quotes a secret, however bad it is', () => {
    const secrets = {
      OPENAI_API_KEY: 'sk-hunter2 with spaces',
      AUTH_JWT_SECRET: 'hunter2',
      CLIENT_HASH_SECRET: 'hunter2 is bad',
      ADMIN_TOKEN: 'hunter2',
      REDIS_URL: 'http://:hunter2@127.0.0.1',
    }
    for (const [name, value] of Object.entries(secrets)) {
      const files = { [name]: '', [`${name}_FILE`]: fileWith(value) }
      for (const env of [{ [name]: value }, files, { ...secrets }])
        assert.doesNotMatch(describeProblems(problemsOf(env)), /hunter2/)
    }
  })

  it('never quotes a secret that was put where the name of its file belongs', () => {
    const report = describeProblems(problemsOf({ OPENAI_API_KEY: '', OPENAI_API_KEY_FILE: 'sk-proj-hunter2' }))
    assert.match(report, /OPENAI_API_KEY_FILE/)
    assert.doesNotMatch(report, /hunter2/)
  })

  it('never quotes the credentials in an address', () => {
    const report = describeProblems(problemsOf({ OPENAI_BASE_URL: 'https://me:hunter2@gateway.example/v1' }))
    assert.doesNotMatch(report, /hunter2/)
  })

  it('explains that a wildcard would open the key to any site', () => {
    const report = describeProblems(problemsOf({ ALLOWED_ORIGINS: '*' }))
    assert.match(report, /ALLOWED_ORIGINS .*wildcard would let any site use your key/)
  })
})

describe('an empty value', () => {
  it('counts as unset, for every setting', () => {
    const plain = comparable({})
    for (const [name] of ALL_SETTINGS.filter(([one]) => one !== 'OPENAI_API_KEY'))
      assert.equal(comparable({ [name]: '' }), plain, name)
  })

  it('of a …_FILE counts as unset', () => {
    for (const [name, row] of ALL_SETTINGS.filter(([, one]) => one.secret)) {
      assert.ok(row.secret)
      assert.equal(comparable({ [`${name}_FILE`]: '' }), comparable({}), name)
    }
  })
})

describe('white space around a value', () => {
  /** The examples that have a value of their own. */
  const others: Env = {
    DEFAULT_MAX_TOKENS: 'inf',
    METRICS_ENABLED: 'false',
    TRUST_PROXY: '10.0.0.0/8',
    LOG_LEVEL: 'DEBUG',
  }

  it('counts for nothing but in a secret, as where lines end with a carriage return', () => {
    for (const [name, row] of ALL_SETTINGS.filter(([, one]) => !one.secret)) {
      const env = name.startsWith('AUTH_') ? { AUTH_JWT_SECRET: JWT_SECRET, AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' } : {}
      const value = others[name] ?? row.example
      for (const written of [`${value}\r`, ` ${value}`, `\t${value} \n`])
        assert.deepEqual(outcome({ ...env, [name]: written }), outcome({ ...env, [name]: value }), name)
    }
  })

  it('is no value', () => {
    for (const [name] of ALL_SETTINGS) {
      const auth = { AUTH_JWT_SECRET: JWT_SECRET, AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' }
      const env = { ...(name.startsWith('AUTH_') ? auth : {}), [name]: ' \r' }
      assert.ok(
        problemsOf(env).some(problem => problem.name === name),
        name,
      )
    }
  })
})

describe('a list', () => {
  it('means the same as a JSON array and with commas', () => {
    const lists: [SettingName, string[]][] = [
      ['ALLOWED_ORIGINS', ['https://www.espn.com', 'http://localhost:3000']],
      ['CORS_ORIGINS', ['https://www.espn.com', 'moz-extension://*']],
      ['ALLOWED_MODELS', ['gpt-realtime', 'gpt-realtime-2.1']],
      ['ALLOWED_VOICES', ['verse', 'ash']],
      ['TRUST_PROXY', ['10.0.0.0/8', 'fd00::/8']],
    ]
    for (const [name, entries] of lists) {
      const plain = comparable({ [name]: entries.join(',') })
      assert.equal(comparable({ [name]: JSON.stringify(entries) }), plain, name)
      assert.equal(comparable({ [name]: entries.join(' , ') }), plain, name)
      assert.notEqual(plain, comparable({}), name)
    }
  })
})

describe('a secret from a file', () => {
  const jwt = { AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' }
  const secrets: [SettingName, string, (config: Config) => string | undefined, Env][] = [
    ['OPENAI_API_KEY', 'sk-from-file', config => config.OPENAI_API_KEY.reveal(), { OPENAI_API_KEY: '' }],
    ['ADMIN_TOKEN', 'token-from-a-file', config => config.ADMIN_TOKEN?.reveal(), {}],
    ['CLIENT_HASH_SECRET', 'hash-key-from-a-file', config => config.CLIENT_HASH_SECRET.reveal(), {}],
    ['REDIS_URL', 'redis://:password@127.0.0.1:6379', config => config.REDIS_URL?.reveal(), {}],
    ['AUTH_JWT_SECRET', JWT_SECRET, ({ jwt }) => (jwt?.keys.kind === 'secret' ? jwt.keys.secret.reveal() : ''), jwt],
  ]

  it('is possible for every secret there is', () => {
    assert.deepEqual(
      secrets.map(([name]) => name).sort(),
      ALL_SETTINGS.filter(([, row]) => row.secret)
        .map(([name]) => name)
        .sort(),
    )
  })

  for (const [name, value, read, others] of secrets) {
    it(`is taken for ${name}, with or without a line break at its end`, () => {
      for (const content of [value, `${value}\n`, `${value}\r\n`])
        assert.equal(read(configOf({ ...others, [`${name}_FILE`]: fileWith(content) })), value)
    })

    it(`stops the start when that of ${name} is missing, empty, a folder, or bad inside`, () => {
      const bad = [join(folder, 'missing'), fileWith(''), fileWith('\n'), folder, fileWith('two words\nand lines\n')]
      for (const path of bad) {
        const problems = problemsOf({ ...others, [`${name}_FILE`]: path })
        assert.ok(
          problems.some(problem => problem.name === name),
          `${name} from ${path}`,
        )
      }
    })

    it(`stops the start when that of ${name} is no text, says how to mend it and shows nothing of it`, () => {
      for (const bytes of [
        Buffer.concat([Buffer.from(value), Buffer.from([0xff, 0xfe, 0x80])]),
        Buffer.from(value, 'utf16le'),
        Buffer.from(`\uFEFF${value}`, 'utf16le'),
      ]) {
        const problem = problemsOf({ ...others, [`${name}_FILE`]: fileWith(bytes) }).find(one => one.name === name)
        const advice = /names: it is not UTF-8 text; save it as UTF-8\. .* of your own .*base64/
        assert.match(problem?.problem ?? '', advice)
        assert.equal(problem?.id, 'file-unreadable')
        assert.ok(!problem?.problem.includes(value))
      }
    })

    it(`is taken for ${name} without the mark that some editors put in front`, () => {
      assert.equal(read(configOf({ ...others, [`${name}_FILE`]: fileWith(`\uFEFF${value}`) })), value)
    })

    it(`stops the start when ${name} is also set directly`, () => {
      const [problem] = problemsOf({ ...others, [name]: value, [`${name}_FILE`]: fileWith(value) })
      assert.equal(problem?.name, name)
      assert.match(problem?.problem ?? '', new RegExp(`together with ${name}_FILE`))
    })
  }

  it('is read for secrets only', () => {
    assert.equal(comparable({ REALTIME_VOICE_FILE: fileWith('cedar') }), comparable({}))
  })
})

describe('LOG_LEVEL', () => {
  const spellings = {
    trace: ['trace', 'TRACE', 'NOTSET'],
    debug: ['debug', 'DEBUG', 'Debug'],
    info: ['info', 'INFO'],
    warn: ['warn', 'WARN', 'warning', 'WARNING'],
    error: ['error', 'ERROR'],
    fatal: ['fatal', 'critical', 'CRITICAL'],
    silent: ['silent', 'SILENT'],
  }
  for (const [level, names] of Object.entries(spellings)) {
    it(`is ${level} when it is spelled ${names.join(', ')}`, () => {
      for (const name of names) assert.equal(configOf({ LOG_LEVEL: name }).LOG_LEVEL, level)
    })
  }
})

describe('what follows from other settings', () => {
  it('is the public base URL: that of the calls, unless set', () => {
    assert.equal(configOf({ OPENAI_BASE_URL: 'http://gateway/v1/' }).OPENAI_PUBLIC_BASE_URL, 'http://gateway/v1')
    const own = { OPENAI_BASE_URL: 'http://gateway/v1', OPENAI_PUBLIC_BASE_URL: 'https://api.openai.com/v1' }
    assert.equal(configOf(own).OPENAI_PUBLIC_BASE_URL, 'https://api.openai.com/v1')
  })

  it('is the list of models: the catalogue and the default model', () => {
    assert.ok(configOf({}).ALLOWED_MODELS.includes('gpt-realtime-2.1'))
    assert.ok(configOf({ REALTIME_MODEL: 'gpt-realtime-9' }).ALLOWED_MODELS.includes('gpt-realtime-9'))
    assert.deepEqual(configOf({ ALLOWED_MODELS: 'gpt-realtime' }).ALLOWED_MODELS, ['gpt-realtime'])
  })

  it('is the transcription model: that of the API spoken, or none', () => {
    assert.equal(configOf({}).TRANSCRIPTION_MODEL, 'gpt-realtime-whisper')
    assert.equal(configOf({ OPENAI_REALTIME_API: 'beta' }).TRANSCRIPTION_MODEL, 'whisper-1')
    assert.equal(configOf({ TRANSCRIPTION_MODEL: 'none' }).TRANSCRIPTION_MODEL, null)
  })

  it('are the origins with CORS headers: the allowed ones, unless set', () => {
    const origins = { ALLOWED_ORIGINS: 'https://a.example,https://b.example' }
    assert.deepEqual(configOf(origins).CORS_ORIGINS, ['https://a.example', 'https://b.example'])
    assert.deepEqual(configOf({ ...origins, CORS_ORIGINS: 'https://a.example' }).CORS_ORIGINS, ['https://a.example'])
  })

  it('is the key of the client hashes: one that changes with the API key and does not reveal it', () => {
    const derived = configOf({}).CLIENT_HASH_SECRET.reveal()
    assert.equal(configOf({}).CLIENT_HASH_SECRET.reveal(), derived)
    assert.notEqual(configOf({ OPENAI_API_KEY: 'sk-other' }).CLIENT_HASH_SECRET.reveal(), derived)
    assert.ok(!derived.includes(KEY))
  })

  it('is the trusted proxy: Railway where its variable is set, unless TRUST_PROXY says otherwise', () => {
    assert.deepEqual(configOf({}).TRUST_PROXY, { kind: 'none' })
    assert.deepEqual(configOf({ RAILWAY_PROJECT_ID: 'p' }).TRUST_PROXY, { kind: 'railway' })
    assert.deepEqual(configOf({ RAILWAY_PROJECT_ID: '' }).TRUST_PROXY, { kind: 'none' })
    assert.deepEqual(configOf({ RAILWAY_PROJECT_ID: 'p', TRUST_PROXY: '2' }).TRUST_PROXY, { kind: 'hops', hops: 2 })
    assert.deepEqual(configOf({ RAILWAY_PROJECT_ID: 'p', TRUST_PROXY: 'none' }).TRUST_PROXY, { kind: 'none' })
  })
})

describe('a start says', () => {
  const says = (env: Env, pattern: RegExp) => remarksOf(env).some(({ text }) => pattern.test(text))

  it('that the model is retiring or has retired, and nothing of a current one', () => {
    assert.ok(says({}, /REALTIME_MODEL gpt-realtime will be shut down on 2027-01-20; move to gpt-realtime-2\.1/))
    const retired = { REALTIME_MODEL: 'gpt-4o-realtime-preview-2024-12-17' }
    assert.ok(says(retired, /REALTIME_MODEL gpt-4o-realtime-preview-2024-12-17 .*gpt-realtime-2\.1 is served instead/))
    assert.ok(!says({ REALTIME_MODEL: 'gpt-realtime-2.1' }, /REALTIME_MODEL/))
  })

  it('that a model is none it knows, unless ALLOWED_MODELS lists it', () => {
    assert.ok(says({ REALTIME_MODEL: 'gpt-realtme' }, /REALTIME_MODEL gpt-realtme is none that this version knows/))
    assert.ok(!says({ REALTIME_MODEL: 'gpt-realtime-9', ALLOWED_MODELS: 'gpt-realtime-9' }, /REALTIME_MODEL/))
  })

  it('that no Chrome extension can have the id, once for each', () => {
    const env = { ALLOWED_ORIGINS: `chrome-extension://abc123,chrome-extension://${CHROME_ID}` }
    const remarks = remarksOf(env).filter(({ text }) => text.includes('chrome-extension'))
    assert.equal(remarks.length, 1)
    assert.match(remarks[0]?.text ?? '', /chrome-extension:\/\/abc123/)
    assert.equal(remarks[0]?.level, 'warn')
  })

  it('which variable is one letter away from a setting, and that no origin is allowed', () => {
    assert.ok(
      says({ ALLOWED_ORIGIN: 'https://a.example' }, /^ALLOWED_ORIGIN is no setting.* is ALLOWED_ORIGINS meant\?$/),
    )
    assert.ok(says({ ALLOWED_ORIGINS: '[]' }, /^ALLOWED_ORIGINS is empty/))
  })

  it('which origins only one of ALLOWED_ORIGINS and CORS_ORIGINS has', () => {
    const told = (env: Env) =>
      remarksOf(env)
        .filter(({ text }) => text.startsWith('CORS_ORIGINS'))
        .map(({ id }) => id)
    const one = { ALLOWED_ORIGINS: 'https://a.example', CORS_ORIGINS: 'https://a.example' }
    assert.deepEqual(told(one), [])
    assert.deepEqual(told({ ...one, CORS_ORIGINS: 'https://a.example,https://b.example' }), ['cors-not-allowed'])
    assert.ok(
      says({ CORS_ORIGINS: 'https://b.example' }, /CORS_ORIGINS has https:\/\/b\.example, which ALLOWED_ORIGINS/),
    )
    assert.deepEqual(told({ ...one, ALLOWED_ORIGINS: 'https://a.example,https://b.example' }), ['cors-lacks-origin'])
    const firefox = 'moz-extension://0a1b2c3d-0000-4000-8000-0123456789ab'
    assert.deepEqual(told({ ALLOWED_ORIGINS: firefox, CORS_ORIGINS: 'moz-extension://*' }), ['cors-not-allowed'])
    assert.deepEqual(told({ ALLOWED_ORIGINS: 'moz-extension://*', CORS_ORIGINS: firefox }), ['cors-lacks-origin'])
  })

  it('that less than POOL_MIN_REMAINING_SECONDS counts, where it was set and the pool is on', () => {
    const capped = /POOL_MIN_REMAINING_SECONDS is above half of TOKEN_TTL_SECONDS, so 300 counts/
    assert.ok(says({ POOL_MIN_REMAINING_SECONDS: '301' }, capped))
    const quiet = [{ POOL_MIN_REMAINING_SECONDS: '300' }, { TOKEN_TTL_SECONDS: '120' }]
    for (const env of [...quiet, { POOL_MIN_REMAINING_SECONDS: '301', POOL_ENABLED: 'false' }])
      assert.ok(!says(env, /POOL_MIN_REMAINING_SECONDS/), JSON.stringify(env))
  })

  it('that /metrics is open, unless it is closed or off', () => {
    assert.ok(says({}, /\/metrics is open/))
    assert.ok(!says({ ADMIN_TOKEN: 'a-token-of-operators' }, /\/metrics/))
    assert.ok(!says({ METRICS_ENABLED: 'false' }, /\/metrics/))
  })

  it('that it runs on Railway', () => {
    assert.ok(says({ RAILWAY_PROJECT_ID: 'p' }, /Railway.*TRUST_PROXY=railway/))
    assert.ok(!says({ RAILWAY_PROJECT_ID: 'p', TRUST_PROXY: '1' }, /Railway/))
  })
})

describe('unified calls', () => {
  const UNIFIED = { CALL_MODE: 'unified' }
  const namesOf = (env: Env) => problemsOf(env).map(({ name }) => name)

  it('have the defaults that are promised', () => {
    const config = configOf({})
    assert.equal(config.CALL_MODE, 'ephemeral')
    assert.deepEqual([config.MAX_CALLS, config.MAX_CALLS_PER_CLIENT], [100, 2])
    assert.deepEqual([config.MAX_CALL_SECONDS, config.CALL_IDLE_SECONDS, config.MAX_CALL_USD], [600, 60, 0])
    assert.deepEqual([config.DAILY_USD_BUDGET, config.CLIENT_DAILY_USD], [0, 0])
    assert.deepEqual([config.CALL_DRIFT, config.CALL_HISTORY_SECONDS], ['restore', 86_400])
  })

  it('need the present API', () => {
    assert.deepEqual(namesOf({ ...UNIFIED, OPENAI_REALTIME_API: 'beta' }), ['OPENAI_REALTIME_API'])
  })

  it('start under a spend limit only if every model has a price, that of transcription too', () => {
    for (const limit of ['MAX_CALL_USD', 'DAILY_USD_BUDGET', 'CLIENT_DAILY_USD'])
      for (const unpriced of [{ ALLOWED_MODELS: 'gpt-realtime,new-voice' }, { TRANSCRIPTION_MODEL: 'new-ears' }]) {
        const env = { ...UNIFIED, [limit]: '1', ...unpriced }
        assert.deepEqual(namesOf(env), ['MODEL_PRICES'], JSON.stringify(env))
        assert.match(problemsOf(env)[0]?.problem ?? '', /lacks a price for new-(voice|ears), which \w+ cannot hold/)
        configOf({ ...UNIFIED, ...unpriced })
      }
    configOf({ ...UNIFIED, MAX_CALL_USD: '1' })
  })

  it('judge prices by the models that are served on that day', () => {
    const models = 'gpt-realtime,gpt-realtime-mini-2025-10-06'
    const env = { ...UNIFIED, OPENAI_API_KEY: 'sk-test', MAX_CALL_USD: '1', ALLOWED_MODELS: models }
    const on = (day: string) => decideConfig(env, Date.parse(day))
    assert.ok('problems' in on('2026-07-22'), 'its own price is not known')
    assert.ok('config' in on('2026-07-23'), 'its successor has one')
  })

  it('take the prices that MODEL_PRICES gives, instead of those of the table', () => {
    const kinds = { text_in: 1, text_cached: 1, text_out: 1, audio_in: 1, audio_cached: 1, audio_out: 1 }
    const MODEL_PRICES = JSON.stringify({ 'new-voice': kinds, 'new-ears': { per_minute: 0.01 }, 'gpt-realtime': kinds })
    const env = {
      ...UNIFIED,
      MAX_CALL_USD: '1',
      ALLOWED_MODELS: 'gpt-realtime,new-voice',
      TRANSCRIPTION_MODEL: 'new-ears',
    }
    const { prices } = configOf({ ...env, MODEL_PRICES })
    assert.deepEqual([prices['gpt-realtime']?.perMillion.audio_in, prices['new-ears']?.perMinute], [1, 0.01])
    assert.equal(prices['gpt-realtime-2']?.perMillion.audio_in, 32)
  })

  it('are what spend limits count in: set in ephemeral mode, the start names those that do nothing', () => {
    const told = (env: Env) => remarksOf(env).filter(({ text }) => text.includes('CALL_MODE=unified'))
    const limits = { MAX_CALL_USD: '0.5', DAILY_USD_BUDGET: '50', CLIENT_DAILY_USD: '0' }
    const [remark, ...more] = told(limits)
    assert.deepEqual([remark?.level, more], ['warn', []])
    assert.match(remark?.text ?? '', /MAX_CALL_USD and DAILY_USD_BUDGET: /)
    for (const limit of ['MAX_CALL_USD', 'DAILY_USD_BUDGET', 'CLIENT_DAILY_USD'])
      assert.match(told({ [limit]: '1' })[0]?.text ?? '', new RegExp(` ${limit}: `))
    assert.deepEqual([told({}), told({ ...UNIFIED, ...limits })], [[], []])
  })

  it('need no pool, and warn where one process alone knows of them', () => {
    assert.equal(configOf(UNIFIED).POOL_ENABLED, false)
    const warned = (env: Env) =>
      remarksOf(env).some(({ text }) => text.startsWith('CALL_MODE is unified without REDIS_URL'))
    assert.deepEqual(
      [warned(UNIFIED), warned({ ...UNIFIED, REDIS_URL: 'redis://127.0.0.1' }), warned({})],
      [true, false, false],
    )
  })

  it('warn where Redis keeps them under a key that changes with the API key', () => {
    const shared = { ...UNIFIED, REDIS_URL: 'redis://127.0.0.1' }
    const warned = (env: Env) => remarksOf(env).some(({ text }) => text.startsWith('CLIENT_HASH_SECRET is not set'))
    const own = { ...shared, CLIENT_HASH_SECRET: 'a-secret-of-thirty-two-characters' }
    assert.deepEqual([warned(shared), warned(own), warned(UNIFIED)], [true, false, false])
  })
})
