import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { type Engine, startEngine } from './container/engine.ts'
import { isOnPath, whyNoContainers } from './container/machine.ts'
import { ask, askToken } from './harness/ask.ts'
import { freePort } from './harness/free-port.ts'
import { accepts } from './harness/quiet-service.ts'
import { type RedisServer, startRedis } from './harness/redis.ts'
import { API_KEY } from './harness/service.ts'
import { goodSecret, send, startUpstream } from './harness/upstream.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const IMAGE = 'parker-token-service'

/** The guide's commands that need no account, in its order. */
const [BUILD = '', RUN = '', LOOK = '', STOP = '', KEY_FROM_FILE = '', RANDOM = '', ...NEVER_RUN] = [
  ...read('docs/deployment.md').matchAll(/^```sh\n(.*?)^```$/gms),
].map(([, block = '']) => block)

/** The folders that npm gives the server's own dependencies, by the lock file. */
function dependenciesOfServer(): string[] {
  const words = ['ls', '--workspace', 'packages/server', '--omit=dev', '--omit=optional', '--all', '--parseable']
  const { stdout } = spawnSync('npm', words, { cwd: ROOT, encoding: 'utf8' })
  const folders = stdout.split('\n').map(folder => relative(ROOT, folder))
  return folders.filter(folder => folder.startsWith('node_modules/') && !folder.startsWith('node_modules/@parker/'))
}

/** As the guide hardens it. */
const HARDENED = '--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges'

/** Making the base takes most of it, and only once on a machine. */
const SLOW = { timeout: 600_000 }
const reason = whyNoContainers()

interface Container {
  name: string
  url: string
  /** Its first process, as the machine outside counts. */
  pid: number
  logs(): Promise<string>
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number>
}

type Settings = Record<string, string>

describe('the image', { ...SLOW, skip: reason ?? false }, () => {
  let engine: Engine
  let emulator: Emulator
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parker-container-'))
    ;[engine, emulator] = await Promise.all([startEngine(), startEmulator({ log: () => {} })])
    await engine.shell(BUILD, { cwd: ROOT })
  }, SLOW)
  after(async () => {
    await engine?.close()
    await emulator?.close()
    rmSync(folder, { recursive: true })
  }, SLOW)

  const settingsFor = async (): Promise<Settings> => ({
    OPENAI_API_KEY: API_KEY,
    OPENAI_BASE_URL: emulator.baseUrl,
    PORT: String(await freePort()),
  })

  const start = async (settings: Settings = {}) =>
    startContainer(engine, 'parker', { ...(await settingsFor()), ...settings })

  it('is built, run, asked and ended by the commands of the guide', async () => {
    const settings = await settingsFor()
    writeFileSync(join(folder, '.env'), envFile(settings))
    const here = (block: string) => engine.shell(block.replaceAll(':8000', `:${settings.PORT}`), { cwd: folder })
    await here(RUN)
    await listening(engine, 'parker', Number(settings.PORT))
    const looked = await here(LOOK)
    assert.match(looked, /"status":"healthy"/)
    assert.match(looked, /"client_secret":"ek_\w+"/)
    assert.match(looked, /is listening/)
    assert.match(looked, /token_issued/)
    assert.match(await here(STOP), /^0$/m)
  })

  it('takes the key from a file, by the command of the guide', async () => {
    const { OPENAI_API_KEY, ...settings } = await settingsFor()
    writeFileSync(join(folder, 'settings.env'), envFile(settings))
    writeFileSync(join(folder, 'openai.key'), `${OPENAI_API_KEY}\n`)
    await engine.shell(KEY_FROM_FILE.replaceAll(':8000', `:${settings.PORT}`), { cwd: folder })
    await listening(engine, 'parker', Number(settings.PORT))
    assert.match((await askToken(`http://127.0.0.1:${settings.PORT}`)).json.client_secret, /^ek_/)
    assert.ok(!(await engine.docker('inspect', 'parker')).includes(API_KEY))
    await engine.docker('rm', '--force', 'parker')
  })

  it('makes a random value, by the command of the guide', async () => {
    assert.match(await engine.shell(RANDOM), /^[\w-]{32}\n$/)
  })

  it('has no further command in its guide that nobody runs', () => assert.deepEqual(NEVER_RUN, []))

  it('runs Node itself as process 1, as the user 1000, without any capability', async () => {
    const container = await start()
    const status = readFileSync(`/proc/${container.pid}/status`, 'utf8')
    const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1]?.split(/\s+/)
    assert.deepEqual(field('Uid'), ['1000', '1000', '1000', '1000'])
    assert.deepEqual(field('Gid'), ['1000', '1000', '1000', '1000'])
    assert.equal(field('NSpid')?.at(-1), '1')
    assert.equal(Number(field('CapEff')?.[0]), 0)
    assert.deepEqual(field('NoNewPrivs'), ['1'])
    const command = readFileSync(`/proc/${container.pid}/cmdline`, 'utf8').split('\0')
    const { scripts } = JSON.parse(read('package.json'))
    const env = readFileSync(`/proc/${container.pid}/environ`, 'utf8').split('\0')
    const hints = env.filter(entry => entry.startsWith('MALLOC_')).toSorted()
    assert.equal(`exec env ${hints.join(' ')} ${command.join(' ').trim()}`, scripts.start)
    await container.stop()
  })

  it('cannot write anything of its own, even where the root is writable', async () => {
    const script = `for (const path of ['/', '/app', '/app/packages/server/start.js', '/app/node_modules/.cache/parker-token-service'])
      try { fs.accessSync(path, fs.constants.W_OK); console.log(path) } catch {}`
    for (const flags of ['', HARDENED])
      assert.equal(await engine.shell(`docker run --rm ${flags} ${IMAGE} node --eval "${script}"`), '')
  })

  it('is healthy by its own check, every 30 s, and not when nobody answers', async () => {
    const container = await start()
    await engine.docker('healthcheck', 'run', container.name)
    const unhealthy = 'docker exec --env PORT=1 parker node healthcheck.mjs || echo unhealthy'
    assert.equal(await engine.shell(unhealthy), 'unhealthy\n')
    const { Healthcheck } = await imageConfig()
    assert.deepEqual(Healthcheck.Test, ['CMD', 'node', 'healthcheck.mjs'])
    assert.equal(Healthcheck.Interval, 30e9)
    await container.stop()
  })

  it('on SIGTERM answers what is under way, says so, and ends with 0', async () => {
    const upstream = await startUpstream()
    const held = new Promise<ServerResponse>(resolve => upstream.behave((_request, response) => resolve(response)))
    const container = await start({ OPENAI_BASE_URL: upstream.baseUrl, POOL_ENABLED: 'false' })
    const token = askToken(container.url)
    const response = await held
    const code = container.stop()
    await refused(container.url)
    send(response, 200, goodSecret())
    assert.equal((await token).status, 200)
    assert.equal(await code, 0)
    await upstream.close()
  })

  it('ends with 78 and a line for each bad setting', async () => {
    const output = await engine.shell(
      `docker run --rm ${HARDENED} --env PORT=abc ${IMAGE} 2>&1 || echo "ended with $?"`,
    )
    assert.match(output, /OPENAI_API_KEY is required/)
    assert.match(output, /PORT /)
    assert.match(output, /ended with 78\n$/)
  })

  it('finds all types stripped already, so that a start with a read-only root needs little memory', async () => {
    const container = await start({
      NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
      // What is loaded on demand only.
      REDIS_URL: 'redis://127.0.0.1:1',
      AUTH_JWT_SECRET: 'a-secret-of-32-characters-or-more',
      AUTH_ISSUER: 'parker',
      AUTH_AUDIENCE: 'parker',
    })
    const lines = (await container.logs()).matchAll(/retrieving transpile cache for \S+ (\S+?)\.\.\.(.*)$/gm)
    const files = [...lines].map(([, file = '', found = '']) => ({ file, found }))
    assert.ok(files.length > 60, `${files.length} files`)
    for (const name of ['app', 'identity/jwt', 'store/redis', 'limits/shared-rates'])
      assert.ok(
        files.some(({ file }) => file.endsWith(`/${name}.ts`)),
        name,
      )
    assert.deepEqual(
      files.filter(({ found }) => found !== 'success'),
      [],
    )
    await container.stop()
  })

  it('serves its pages, though manuals and source maps were left out', async () => {
    const container = await start({ LOG_FORMAT: 'pretty', ADMIN_TOKEN: 'operators-only-0123456789' })
    const headers = { authorization: 'Bearer operators-only-0123456789' }
    const docs = ['/docs/', '/docs/static/swagger-ui-bundle.js', '/openapi.json']
    const monitor = ['/monitor', '/monitor/main.js', '/monitor/uplot.js', '/monitor/uplot.css']
    for (const path of ['/', ...docs, ...monitor, '/metrics', '/readyz'])
      assert.equal((await ask(container.url + path, { headers })).status, 200, path)
    assert.match(await container.logs(), /INFO.*is listening/)
    await container.stop()
  })

  it('holds the server, its dependencies by the lock file, and nothing else', async () => {
    const listed = await engine.shell(
      `docker run --rm ${IMAGE} find /app -not -type d -not -path '*/.cache/*' -printf '%P\\n'`,
    )
    const files = listed.trim().split('\n')
    const wanted = dependenciesOfServer()
    const installed = files
      .filter(file => /(^|\/)node_modules\/(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(file))
      .map(file => file.replace(/\/package\.json$/, ''))
    assert.deepEqual(installed.toSorted(), wanted.toSorted())
    const ours = files.filter(file => !file.startsWith('node_modules/') && !file.startsWith('packages/server/'))
    assert.deepEqual(ours.toSorted(), ['LICENSE', 'healthcheck.mjs'])
    const unwanted =
      /^packages.*\.(test\.ts|golden\.json)$|\.d\.[mc]?ts$|\.map$|(^|\/)\.env|\.(key|pem|log)$|(^|\/)\.npmrc$/
    assert.deepEqual(
      files.filter(file => unwanted.test(file)),
      [],
    )
    const tools = 'for tool in npm npx yarn corepack; do command -v $tool || true; done'
    assert.equal(await engine.shell(`docker run --rm ${IMAGE} sh -c '${tools}'`), '')
  })

  it('carries no setting and no secret, and names its version', async () => {
    const { Env, Labels, User, Entrypoint } = await imageConfig()
    const names = Env.map((entry: string) => entry.split('=')[0])
    const base = ['PATH', 'NODE_VERSION', 'YARN_VERSION']
    // Hints to the C library, no settings.
    const hints = ['MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_']
    assert.deepEqual(
      names.filter((name: string) => ![...base, ...hints].includes(name)),
      [],
    )
    assert.equal(User, '1000:1000')
    assert.equal(Entrypoint ?? null, null)
    assert.equal(Labels['org.opencontainers.image.version'], JSON.parse(read('package.json')).version)
    const history = await engine.docker('history', '--no-trunc', IMAGE)
    assert.doesNotMatch(history, /sk-|npmrc|cafile|registry=/)
  })

  // biome-ignore lint/suspicious/noExplicitAny: inspected field by field
  async function imageConfig(): Promise<any> {
    const { Config, HealthCheck, Healthcheck } = JSON.parse(await engine.docker('image', 'inspect', IMAGE))[0]
    return { ...Config, Healthcheck: HealthCheck ?? Healthcheck ?? Config.Healthcheck }
  }

  describe('two of them behind nginx, with Redis, set as in the Compose file', {
    skip: isOnPath('nginx', process.env.PATH ?? '') ? false : 'needs nginx',
  }, () => {
    let redis: RedisServer
    let instances: Container[]
    let nginx: Nginx
    before(async () => {
      redis = await startRedis()
      const settings = { ...composeSettings(), REDIS_URL: redis.url, RATE_LIMIT_BURST: '100' }
      instances = []
      for (const name of ['parker-1', 'parker-2'])
        instances.push(
          await startContainer(engine, name, { ...(await settingsFor()), ...settings, ...(await ownPort()) }),
        )
      nginx = await startNginx(instances)
    }, SLOW)
    after(async () => {
      await nginx?.stop()
      await redis?.kill()
    })

    it('share the minute of a client, whatever it says its address is', async () => {
      const forged = Array.from({ length: 12 }, (_, i) => ({ 'x-forwarded-for': `198.51.100.${i}` }))
      const answers = await Promise.all(forged.map(headers => askToken(nginx.url, {}, headers)))
      const statuses = answers.map(({ status }) => status).toSorted()
      assert.deepEqual(statuses, [...Array(10).fill(200), 429, 429])
      for (const instance of instances) assert.match(await instance.logs(), /token_issued/)
    })

    it('cover for one another: while one ends, no request is lost', async () => {
      const [first] = instances
      assert.ok(first)
      const code = first.stop()
      let ended = false
      code.finally(() => {
        ended = true
      })
      const statuses = new Set<number>()
      do statuses.add((await ask(`${nginx.url}/v1/realtime/options`)).status)
      while (!ended)
      for (let i = 0; i < 10; i++) statuses.add((await ask(`${nginx.url}/v1/realtime/options`)).status)
      assert.deepEqual([...statuses], [200])
      assert.equal(await code, 0)
    })
  })
})

const ownPort = async () => ({ PORT: String(await freePort()) })

const envFile = (settings: Settings) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

/** Runs the image hardened, with these settings, and waits until it listens. */
async function startContainer(engine: Engine, name: string, settings: Settings): Promise<Container> {
  const environment = Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`])
  await engine.docker('run', '--detach', '--name', name, ...environment, ...HARDENED.split(' '), IMAGE)
  await listening(engine, name, Number(settings.PORT))
  return {
    name,
    url: `http://127.0.0.1:${settings.PORT}`,
    pid: Number(await engine.docker('inspect', '--format', '{{.State.Pid}}', name)),
    logs: () => engine.shell(`docker logs ${name} 2>&1`),
    async stop() {
      await engine.docker('stop', '--time', '20', name)
      const code = Number(await engine.docker('inspect', '--format', '{{.State.ExitCode}}', name))
      await engine.docker('rm', name)
      return code
    },
  }
}

async function listening(engine: Engine, name: string, port: number): Promise<void> {
  while (!(await accepts(port))) {
    const running = await engine.docker('inspect', '--format', '{{.State.Running}}', name)
    if (running.trim() !== 'true') assert.fail(await engine.shell(`docker logs ${name} 2>&1`))
  }
}

async function refused(url: string): Promise<void> {
  while (await accepts(Number(new URL(url).port))) await new Promise(resolve => setTimeout(resolve, 10))
}

/** What the Compose file sets for each instance. */
function composeSettings(): Settings {
  const block = /^ {2}environment:\n((?: {4}.*\n)+)/m.exec(read('deploy/compose.yaml'))?.[1] ?? ''
  return Object.fromEntries([...block.matchAll(/^ {4}(\w+): (.*)$/gm)].map(([, name, value]) => [name, value]))
}

interface Nginx {
  url: string
  stop(): Promise<void>
}

/** The machine's nginx with the deployment's configuration; only names and ports are its own. */
async function startNginx(instances: readonly Container[]): Promise<Nginx> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'parker-nginx-'))
  const configuration = instances
    .reduce((text, { name, url }) => text.replace(`${name}:8000 resolve`, new URL(url).host), read('deploy/nginx.conf'))
    .replace(/^ *resolver .*\n/m, '')
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
  writeFileSync(join(folder, 'nginx.conf'), configuration)
  const globals = `daemon off; pid ${folder}/pid;`
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', globals], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', chunk => {
    errors += chunk
  })
  // A test that fails may forget to stop it.
  process.once('exit', () => child.kill())
  while (!(await accepts(port))) assert.equal(child.exitCode, null, errors)
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}
