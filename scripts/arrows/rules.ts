/**
 * The server's layers from the bottom up: a folder, or a file without its extension, below `packages/server/src`.
 * A file may import from lower rows and from its own folder; rows of one line do not know each other.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ['bounded-text', 'clock', 'drain', 'error-code', 'errors', 'hmac', 'json', 'lifecycle', 'once', 'secret', 'version'],
  ['catalogue/', 'voice/lab/'],
  ['persona', 'voice/page/'],
  ['config/'],
  ['report-key', 'session'],
  ['identity/', 'store/', 'upstream/'],
  ['limits/', 'voice/', 'voice/trial/'],
  ['pool/', 'monitor/'],
  ['observe/'],
  ['issue', 'process'],
  ['calls/'],
  ['service'],
  ['http/'],
  ['http/routes/'],
  ['app'],
  ['serve'],
  ['main', 'doctor/'],
  ['../start'],
]

/** An arrow that must not be: files like `from` must not import anything like `to`, a path or a package's name. */
export interface Wall {
  from: RegExp
  to: RegExp
  because: string
}

/** The server's own code but these files; tests may use any package. */
function serverExcept(allowed: string): RegExp {
  return new RegExp(`^packages/server/src/(?!${allowed})(?!.*\\.test\\.ts$)`)
}

export const WALLS: readonly Wall[] = [
  {
    from: /^packages\/emulator\//,
    to: /^(packages\/(?!emulator\/)|(test|demo|bench|soak|scripts|voice-lab)\/|@parker\/)/,
    because: 'the emulator stands on its own, so that it cannot share the mistakes of what it tests',
  },
  {
    from: /^packages\/emulator\/src\/media\//,
    to: /^packages\/emulator\/src\/(?!media\/)/,
    because: 'media know sound and connections, and nothing of conversations',
  },
  {
    from: /^packages\/emulator\/src\/(?!realtime\/)/,
    to: /^ws$/,
    because: 'sockets belong to the conversations',
  },
  {
    from: /^packages\/emulator\/(?!src\/media\/connection\.ts$)/,
    to: /^werift$/,
    because: 'media/connection.ts alone knows which WebRTC it is',
  },
  {
    from: /^packages\/server\//,
    to: /^(packages\/(?!server\/)|(demo|bench|soak|scripts|voice-lab)\/|@parker\/)/,
    because: 'the server knows nothing of what is built around it',
  },
  {
    from: /^examples\/extension\/src\/(?!.*\.test\.ts$)/,
    to: /^(packages\/|(test|demo|bench|soak|scripts|voice-lab)\/|@parker\/(?!client$))/,
    because: 'the extension is an outsider: it uses the public entry of the client and nothing else of ours',
  },
  {
    from: /^packages\/server\/(?!.*\.test\.ts$)/,
    to: /^test\//,
    because: 'only tests use the test harness',
  },
  {
    from: /^packages\/client\/src\/(?!.*\.test\.ts$)/,
    to: /^(?!packages\/client\/src\/)/,
    because: 'the client runs in any browser, so it brings all that it needs',
  },
  {
    from: serverExcept('upstream/'),
    to: /^undici$/,
    because: 'upstream/ is the only folder that calls out',
  },
  {
    from: serverExcept('upstream/socket\\.ts$'),
    to: /^ws$/,
    because: 'one file opens sockets to OpenAI',
  },
  {
    from: serverExcept('store/'),
    to: /^(@redis\/|ioredis$|redis$)/,
    because: 'store/ is the only folder that speaks to Redis',
  },
  {
    from: serverExcept('(http/|app\\.ts$|serve\\.ts$)'),
    to: /^(fastify|@fastify\/)/,
    because: 'HTTP ends in http/, app.ts and serve.ts',
  },
  {
    from: serverExcept('http/docs-app\\.ts$'),
    to: /^@fastify\//,
    because: 'only http/docs-app.ts adds to Fastify',
  },
  {
    from: serverExcept('observe/'),
    to: /^pino-pretty$/,
    because: 'logs are made in observe/',
  },
  {
    from: serverExcept('(observe/|http/routes/metrics\\.ts$)'),
    to: /^prom-client$/,
    because: 'metrics are made in observe/ and shown by one route',
  },
  {
    from: serverExcept('identity/(jwt|key-set)\\.ts$'),
    to: /^jose$/,
    because: 'JWTs are read in one place',
  },
  {
    from: serverExcept('(identity|config)/'),
    to: /^ipaddr\.js$/,
    because: 'addresses are read in identity/ and config/',
  },
]

/** Text that must not stand in files like `from`. */
export const FORBIDDEN_TEXT: readonly { from: RegExp; text: RegExp; because: string }[] = [
  {
    from: /^packages\/server\/src\//,
    text: /\bprocess\.env\b/,
    because: 'the environment is read once, in start.js',
  },
]
