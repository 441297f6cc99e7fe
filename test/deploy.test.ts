import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ALL_SETTINGS, SETTINGS } from '../packages/server/src/config/settings.ts'
import { trustProxy } from '../packages/server/src/config/trust-proxy.ts'
import { ask } from './harness/ask.ts'
import { type RunningService, startService } from './harness/service.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const json = (file: string) => JSON.parse(read(file))

const MANIFEST = json('package.json')
const GUIDE = read('docs/deployment.md')
const DOCKERFILE = read('Dockerfile').replaceAll('\\\n', ' ')
const COMPOSE = read('deploy/compose.yaml')
const NGINX = read('deploy/nginx.conf')
const WORKFLOW = read('.github/workflows/ci.yml')
const RAILWAY = json('railway.json')

const PORT = SETTINGS.Operation.PORT.default
const GRACE_SECONDS = Number(SETTINGS.Operation.SHUTDOWN_GRACE_SECONDS.default)
const settings = new Map<string, (typeof ALL_SETTINGS)[number][1]>(ALL_SETTINGS)

/** The arguments of each such instruction, in order. */
const instructions = (name: string) =>
  [...DOCKERFILE.matchAll(new RegExp(`^${name} +(.*)$`, 'gm'))].map(([, rest = '']) => rest.replace(/\s+/g, ' '))

/** The first group of the only match. */
function only(text: string, pattern: RegExp): string {
  const found = [...text.matchAll(new RegExp(pattern, 'gm'))]
  assert.equal(found.length, 1, `${pattern} matches ${found.length} times`)
  return found[0]?.[1] ?? ''
}

/** As much of YAML as is used here: no tabs, two spaces a level, and a key or an item on each line. */
function assertPlainYaml(text: string): void {
  assert.ok(!text.includes('\t'))
  let scalar = Number.POSITIVE_INFINITY
  for (const line of text.split('\n').filter(line => line.trim() !== '')) {
    const indent = line.search(/\S/)
    if (indent > scalar) continue
    scalar = /[|>]$/.test(line) ? indent : Number.POSITIVE_INFINITY
    assert.equal(indent % 2, 0, line)
    assert.match(line.trim(), /^(#.*|(- )?[\w$.-]+:( .*)?|- .*)$/, line)
  }
}

let service: RunningService
before(async () => {
  service = await startService({ HOST: '::' })
})
after(() => service?.stop())

describe('railway.json', () => {
  const { build, deploy } = RAILWAY

  it('has Railway build the Dockerfile and nothing else', () => {
    assert.deepEqual(Object.keys(RAILWAY), ['$schema', 'build', 'deploy'])
    assert.deepEqual(build, { builder: 'DOCKERFILE', dockerfilePath: 'Dockerfile' })
    assert.equal(deploy.startCommand, undefined)
  })

  it('asks for health where the service answers it, for 100 s', async () => {
    assert.equal((await ask(service.url + deploy.healthcheckPath)).json.status, 'healthy')
    assert.equal(deploy.healthcheckTimeout, 100)
  })

  it('starts again after a failure, at most 10 times', () => {
    assert.equal(deploy.restartPolicyType, 'ON_FAILURE')
    assert.equal(deploy.restartPolicyMaxRetries, 10)
  })

  it('writes seconds as numbers, and leaves time to drain with the delay that the guide names', () => {
    assert.equal(typeof deploy.drainingSeconds, 'number')
    const delays = [...GUIDE.matchAll(/SHUTDOWN_DELAY_SECONDS=(\d+)/g)].map(([, seconds]) => Number(seconds))
    assert.ok(delays.length > 0)
    for (const delay of delays) assert.ok(deploy.drainingSeconds > delay + GRACE_SECONDS)
  })

  it('is told in the guide as it is, and how to set the same by hand', () => {
    for (const value of ['`DOCKERFILE`', '`/healthz`', '100 s', 'at most 10 times', `${deploy.drainingSeconds} s`])
      assert.ok(GUIDE.includes(value), value)
    assert.ok(GUIDE.includes(`RAILWAY_DEPLOYMENT_DRAINING_SECONDS=${deploy.drainingSeconds}`))
  })
})

describe('on Railway', () => {
  let railway: RunningService
  before(async () => {
    railway = await startService({ RAILWAY_PROJECT_ID: 'a-project' })
  })
  after(() => railway?.stop())

  /** The hash under which a request with these headers is counted. */
  async function countedAs(headers: Record<string, string>): Promise<unknown> {
    const id = randomUUID()
    await ask(`${railway.url}/healthz`, { headers: { ...headers, 'x-request-id': id } })
    return (await railway.logged(({ request_id, msg }) => request_id === id && msg === 'request')).client
  }

  /** What Railway's edge was seen to send: the caller's own headers gone, an address of its own at the end. */
  const edge = (client: string, chain: string) => ({
    'x-real-ip': client,
    'x-forwarded-for': chain,
    'x-forwarded-proto': 'https',
  })

  it('a caller is one client, though the edge writes another address of its own each time', async () => {
    const seen = new Set<unknown>()
    for (const own of ['192.0.2.161', '192.0.2.162', '192.0.2.163'])
      seen.add(await countedAs(edge('203.0.113.7', `203.0.113.7, ${own}`)))
    assert.equal(seen.size, 1)
    assert.notEqual(await countedAs(edge('203.0.113.8', '203.0.113.8, 192.0.2.161')), [...seen][0])
  })

  it('callers behind a CDN are told apart, though X-Forwarded-For names only the CDN and the edge', async () => {
    const chain = '198.51.100.156, 192.0.2.146'
    assert.notEqual(await countedAs(edge('203.0.113.7', chain)), await countedAs(edge('203.0.113.8', chain)))
  })

  it('a caller who forges a chain is counted as without it', async () => {
    const honest = await countedAs(edge('203.0.113.7', '203.0.113.7, 192.0.2.161'))
    for (const chain of ['6.6.6.6', '6.6.6.6, 7.7.7.7, 192.0.2.161', '203.0.113.8, 203.0.113.9', 'nonsense', ''])
      assert.equal(await countedAs(edge('203.0.113.7', chain)), honest, chain)
  })

  it('an X-Real-IP that is no one address counts as none', async () => {
    const none = await countedAs({})
    for (const value of ['6.6.6.6, 203.0.113.7', 'unknown', ''])
      assert.equal(await countedAs({ 'x-real-ip': value }), none, value)
  })
})

describe('the Dockerfile', () => {
  it('stands on one base, pinned to the major version of Node that the service wants', () => {
    const major = /\d+/.exec(MANIFEST.engines.node)?.[0]
    const bases = instructions('FROM').map(line => line.split(' ')[0])
    assert.deepEqual(bases, Array(2).fill(`node:${major}-bookworm-slim`))
  })

  it('installs by the lock file, only for the server, without development and optional dependencies', () => {
    const install = instructions('RUN').filter(line => line.startsWith('npm '))
    assert.equal(install.length, 1)
    for (const word of ['npm ci', '--workspace packages/server', '--omit=dev', '--omit=optional', '--ignore-scripts'])
      assert.ok(install[0]?.includes(word), word)
  })

  it('runs what npm start runs, with Node as process 1, as a user that is not root', () => {
    assert.deepEqual(instructions('ENTRYPOINT'), ['[]'])
    const command = JSON.parse(instructions('CMD').at(-1) ?? '')
    assert.equal(`exec env ${instructions('ENV').join(' ')} ${command.join(' ')}`, MANIFEST.scripts.start)
    assert.match(instructions('USER').at(-1) ?? '', /^[1-9]\d*:[1-9]\d*$/)
  })

  it('takes PORT and every other setting from outside', () => {
    assert.deepEqual(instructions('EXPOSE'), [PORT])
    // Hints to the C library, no settings.
    const hints = ['MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072']
    assert.deepEqual([...instructions('ENV'), ...instructions('ARG')], hints)
  })

  it('checks health every 30 s, without curl', () => {
    assert.match(instructions('HEALTHCHECK')[0] ?? '', /^--interval=30s .*CMD \["node", "healthcheck\.mjs"\]$/)
    assert.doesNotMatch(DOCKERFILE, /curl|wget|apt-get/)
  })

  it('copies only what exists and what .dockerignore lets through', () => {
    const copied = instructions('COPY')
      .filter(line => !line.startsWith('--from'))
      .flatMap(line => line.split(' ').slice(0, -1))
    const rules = read('.dockerignore')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
    const opened = rules.filter(rule => rule.startsWith('!')).map(rule => rule.slice(1))
    assert.equal(rules[0], '*')
    for (const path of copied) {
      assert.ok(existsSync(join(ROOT, path)), path)
      assert.ok(
        opened.some(one => `${path}/`.startsWith(`${one}/`)),
        `.dockerignore keeps out ${path}`,
      )
    }
    for (const rule of ['**/node_modules', '**/*.test.ts', '**/.env*']) assert.ok(rules.includes(rule), rule)
    for (const path of opened)
      assert.ok(
        copied.some(one => one.startsWith(path)),
        `${path} is not needed`,
      )
  })

  it('names the image as everything else does', () => {
    assert.ok(GUIDE.includes('docker build --tag parker-token-service .'))
    assert.equal(only(COMPOSE, /^ {2}image: (parker.*)$/), 'parker-token-service')
    assert.match(DOCKERFILE, /image\.title="parker-token-service"/)
  })
})

describe('the health check of the image', () => {
  const check = async (env: Record<string, string>) => {
    const child = spawn(process.execPath, [join(ROOT, 'deploy/healthcheck.mjs')], { env, stdio: 'ignore' })
    return (await once(child, 'exit'))[0]
  }
  const against = async (listener: RequestListener) => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const code = await check({ PORT: String((server.address() as AddressInfo).port) })
    server.closeAllConnections()
    server.close()
    return code
  }

  it('ends with 0 when the service answers, whatever HOST is', async () => {
    const PORT = String(service.port)
    for (const host of [{}, { HOST: '' }, { HOST: '0.0.0.0' }, { HOST: '::' }, { HOST: '127.0.0.1' }, { HOST: '::1' }])
      assert.equal(await check({ PORT, ...host }), 0, JSON.stringify(host))
  })

  it('ends with 1 when nobody listens, when the answer is no 200, and when none comes', async () => {
    assert.equal(await check({ PORT: '1' }), 1)
    assert.equal(await against((_request, response) => response.writeHead(503).end()), 1)
    assert.equal(await against(() => {}), 1)
  })

  it('asks /healthz', async () => {
    const asked: string[] = []
    const code = await against((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end()
    })
    assert.deepEqual([code, asked], [0, ['GET /healthz']])
  })
})

describe('the Compose file', () => {
  const environment = Object.fromEntries(
    [...only(COMPOSE, /^ {2}environment:\n((?: {4}.*\n)+)/).matchAll(/^ {4}(\w+): (.*)$/gm)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  )
  const instances = [...COMPOSE.matchAll(/^ {2}([\w-]+): \*parker$/gm)].map(([, name]) => name)

  it('is YAML as far as one can see without a parser', () => assertPlainYaml(COMPOSE))

  it('sets only settings that exist, to values that may be set', () => {
    assert.deepEqual(Object.keys(environment).toSorted(), ['HOST', 'PORT', 'REDIS_URL', 'TRUST_PROXY'])
    for (const [name, value] of Object.entries(environment))
      assert.doesNotThrow(() => settings.get(name)?.parse(value), name)
  })

  it('has two instances, and nginx sends to just these, on the port where they listen', () => {
    assert.equal(instances.length, 2)
    const servers = [...NGINX.matchAll(/^ +server (\S+) resolve/gm)].map(([, server]) => server)
    assert.deepEqual(
      servers,
      instances.map(name => `${name}:${environment.PORT}`),
    )
  })

  it('points REDIS_URL at its own Redis, which keeps its counts and that nobody else reaches', () => {
    const { hostname, port } = new URL(environment.REDIS_URL ?? '')
    assert.deepEqual([hostname, port], ['redis', '6379'])
    const redis = only(COMPOSE, /^ {2}redis:\n((?: {4}.*\n)+)/)
    assert.match(redis, /--maxmemory-policy noeviction/)
    assert.match(redis, /networks: \[store\]/)
    assert.doesNotMatch(redis, /ports:/)
    assert.match(COMPOSE, /^ {2}store:\n {4}internal: true$/m)
  })

  it('hardens the instances as the guide does', () => {
    const shared = only(COMPOSE, /^x-parker: &parker\n((?: {2}.*\n)+)/)
    for (const line of ['read_only: true', 'tmpfs: /tmp', 'cap_drop: [ALL]', 'security_opt: [no-new-privileges:true]'])
      assert.ok(shared.includes(`  ${line}\n`), line)
    for (const run of GUIDE.match(/^docker run --detach(?:.*\\\n)*.*$/gm) ?? [])
      assert.match(run, /--read-only --tmpfs \/tmp --cap-drop ALL --security-opt no-new-privileges/)
  })

  it('waits longer after SIGTERM than the service may take', () => {
    assert.ok(Number(only(COMPOSE, /stop_grace_period: (\d+)s$/)) > GRACE_SECONDS)
  })

  it('pins every image by a tag, and mounts a file that exists', () => {
    for (const [, image = ''] of COMPOSE.matchAll(/^ {4}image: (.*)$/gm)) assert.match(image, /^\w+:\d+\.\d+-alpine$/)
    assert.ok(existsSync(join(ROOT, 'deploy', only(COMPOSE, /- (\S+):\/etc\/nginx\/nginx\.conf:ro$/))))
  })
})

describe('nginx.conf', () => {
  it('appends the address that it saw, which TRUST_PROXY=1 counts', () => {
    assert.match(NGINX, /proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;/)
    assert.match(COMPOSE, /TRUST_PROXY: 1$/m)
  })

  it('waits longer than a request may wait for its turn and for OpenAI', () => {
    const deadlineMs = Number(SETTINGS.Resilience.UPSTREAM_DEADLINE_MS.default)
    assert.ok(Number(only(NGINX, /proxy_read_timeout (\d+)s;/)) * 1000 > 2 * deadlineMs)
  })

  it('writes no addresses down', () => assert.match(NGINX, /^ +access_log off;$/m))
})

describe('the workflow', () => {
  const [, deploy = ''] = WORKFLOW.split(/^ {2}deploy:$/m)

  it('is YAML as far as one can see without a parser', () => assertPlainYaml(WORKFLOW))

  it('uses actions by their full version', () => {
    const uses = [...WORKFLOW.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action)
    assert.ok(uses.length > 0)
    for (const action of uses) assert.match(action, /^actions\/[\w-]+@v\d+\.\d+\.\d+$/)
  })

  it('runs what CI runs, with the Node that the service wants, and may only read', () => {
    assert.match(WORKFLOW, /- run: \.ci\/run$/m)
    assert.ok(existsSync(join(ROOT, '.ci/run')))
    for (const [, version] of WORKFLOW.matchAll(/node-version: (.*)$/gm))
      assert.equal(`>=${version}`, MANIFEST.engines.node)
    assert.match(WORKFLOW, /^permissions:\n {2}contents: read\n\n/m)
  })

  it('deploys after the tests, from pushes to main only, and only where there is a token', () => {
    assert.match(deploy, /needs: \[test, image\]/)
    assert.match(deploy, /if: github\.event_name == 'push' && github\.ref == 'refs\/heads\/main'/)
    const steps = deploy.split(/^ {6}- /m).slice(1)
    const guarded = steps.filter(step => step.startsWith("if: env.RAILWAY_TOKEN != ''"))
    assert.equal(guarded.length, steps.length - 1)
    assert.match(steps[0] ?? '', /^if: env\.RAILWAY_TOKEN == ''\n +run: echo/)
    assert.deepEqual(WORKFLOW.match(/secrets\.\w+/g), ['secrets.RAILWAY_TOKEN'])
  })

  it('deploys with the CLI, and to the service, that the guide names', () => {
    const [, cli, name] = /npx --yes (@railway\/cli@\d+\.\d+\.\d+) up --ci --service (\S+)/.exec(deploy) ?? []
    assert.ok(GUIDE.includes(`npm install --global ${cli}\n`))
    assert.ok(GUIDE.includes(`railway add --service ${name}\n`))
  })
})

describe('the deployment guide', () => {
  it('names only values of TRUST_PROXY that may be set', () => {
    const table = GUIDE.slice(GUIDE.indexOf('| Before the service'), GUIDE.indexOf('- A proxy has to append'))
    const values = [...table.matchAll(/^\|[^|]*\|[^|`]*`([^`]+)`/gm)].map(([, value = '']) => value)
    assert.ok(values.length >= 5)
    for (const value of values.filter(value => value !== 'TRUST_PROXY'))
      assert.doesNotThrow(() => trustProxy(value), value)
  })

  it('gives every docker stop longer than the service may take', () => {
    const stops = [...(GUIDE + WORKFLOW).matchAll(/docker stop(?: --time (\d+))?/g)].map(([, seconds]) =>
      Number(seconds),
    )
    assert.ok(stops.length >= 2)
    for (const seconds of stops) assert.ok(seconds > GRACE_SECONDS)
  })

  it('is right about the port', () => {
    for (const [, port] of GUIDE.matchAll(/localhost:(\d+)/g)) assert.equal(port, PORT)
    for (const [, port] of GUIDE.matchAll(/127\.0\.0\.1:\d+:(\d+)/g)) assert.equal(port, PORT)
  })
})

describe('the version', () => {
  const { version } = MANIFEST

  it('is the same in every manifest and in the lock file', () => {
    const { packages, version: locked } = json('package-lock.json')
    assert.equal(locked, version)
    for (const file of ['package.json', ...globSync('packages/*/package.json', { cwd: ROOT })]) {
      assert.equal(json(file).version, version, file)
      const path = file.replace(/\/?package\.json$/, '')
      assert.equal(packages[path].version, version, `${file} in the lock file`)
    }
  })

  it('is the same in the OpenAPI document, the image and the newest entry of the changelog', () => {
    assert.equal(json('docs/openapi.json').info.version, version)
    assert.match(DOCKERFILE, new RegExp(`org\\.opencontainers\\.image\\.version="${version}"`))
    assert.equal(/^## (\S+)/m.exec(read('CHANGELOG.md'))?.[1], version)
  })

  it('is what the service says of itself', async () => {
    assert.equal((await ask(`${service.url}/healthz`)).json.version, version)
    assert.equal((await ask(`${service.url}/openapi.json`)).json.info.version, version)
  })
})
