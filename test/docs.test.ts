import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { type RunningDemo, startDemo } from '../demo/test-demo.ts'
import { type Emulator, startEmulator } from '../packages/emulator/src/emulator.ts'
import { decideConfig } from '../packages/server/src/config/config.ts'
import { ALL_SETTINGS, SETTINGS } from '../packages/server/src/config/settings.ts'
import { ERRORS, type ErrorType } from '../packages/server/src/errors.ts'
import { ask } from './harness/ask.ts'
import { openVoiceBrowser, type Site, startSite } from './harness/browser.ts'
import { listenIn, waitForSound } from './harness/listening.ts'
import { type RunningService, startService } from './harness/service.ts'
import { speechWav } from './harness/speech-wav.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** Written by hand, in part or in whole. */
const PROSE = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']
const PAGES = globSync(['*.md', 'docs/*.md', 'packages/*/*.md'], { cwd: ROOT })
const README = read('README.md')
const OPENAPI = JSON.parse(read('docs/openapi.json'))
const UNIFIED = JSON.parse(read('docs/openapi-unified.json'))

/** Variables that are no settings of the service: of the tests, of the platform, of the emulator. */
const OTHER_VARIABLES = [
  'SKIP_INSTALL',
  'RAILWAY_PROJECT_ID',
  'RAILWAY_PUBLIC_DOMAIN',
  'RAILWAY_DEPLOYMENT_DRAINING_SECONDS',
  'RAILWAY_TOKEN',
  'EMULATOR_FAULTS',
]
/** What only OpenAI answers. */
const OPENAI_STATUSES = ['402', '409']
const OPENAI_ERRORS = ['model_not_found']
const LOG_EVENTS = [
  'token_issued',
  'voice_report',
  'call_placed',
  'call_ended',
  'call_hang_up_given_up',
  'call_account_left_open',
]
const PRICE_KINDS = ['per_minute']
/** Served, but not part of the API. */
const UNDOCUMENTED = ['GET /docs', 'GET /openapi.json', 'GET /monitor']
/** Where the demo listens unless told otherwise. */
const ADDRESS = `http://localhost:${SETTINGS.Operation.PORT.default}`

interface Block {
  language: string
  content: string
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', content = '']) => ({
    language,
    content,
  }))
}

/** The first block of a language, or the first after that has some text. */
function blockOf(text: string, language: string, holding: string): string {
  const found = blocksOf(text).find(block => block.language === language && block.content.includes(holding))
  assert.ok(found, `no ${language} block that holds ${holding}`)
  return found.content
}

const withoutBlocks = (text: string) => text.replace(/^```.*?^```$/gms, '')
const codeOf = (text: string) => [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)

/** The rows of the table whose first heading is this. */
function tableOf(text: string, heading: string): string[][] {
  const lines = text.split('\n')
  const head = lines.findIndex(line => cellsOf(line)[0] === heading)
  assert.notEqual(head, -1, `no table with the heading ${heading}`)
  const body = lines.slice(head + 2)
  const end = body.findIndex(line => !line.startsWith('|'))
  return body.slice(0, end === -1 ? undefined : end).map(cellsOf)
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim())
}

const bare = (code = '') => code.replaceAll('`', '')

/** What a heading's link is called, as code hosts make it. */
function anchorsOf(text: string): string[] {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('the docs', () => {
  it('name only npm scripts that exist', () => {
    const commands = /\bnpm (?:run ([\w:-]+)|(test|start)\b)(?: -w ([\w/]+))?/g
    for (const page of PAGES)
      for (const [command, script, short, workspace = '.'] of read(page).matchAll(commands)) {
        const { scripts } = JSON.parse(read(join(workspace, 'package.json')))
        assert.ok(Object.hasOwn(scripts, script ?? short ?? ''), `${page}: ${command}`)
      }
  })

  it('link only to files and headings that exist', () => {
    for (const page of PAGES)
      for (const [, target = ''] of withoutBlocks(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue
        const [file, anchor] = target.split('#')
        const path = file ? join(dirname(page), file) : page
        assert.ok(existsSync(join(ROOT, path)), `${page}: ${target}`)
        if (anchor) assert.ok(anchorsOf(read(path)).includes(anchor), `${page}: ${target}`)
      }
  })

  it('name only files and folders that exist', () => {
    const looksLikePath =
      /^(?:\.ci|bench|demo|docs|packages|scripts|test|voice-lab)(?:\/[\w.-]+)*$|^[\w./-]+\.(?:ts|js|json|md)$/
    for (const page of PROSE)
      for (const code of codeOf(read(page)).filter(code => looksLikePath.test(code))) {
        const places = ['', 'packages/server', 'packages/server/src', 'node_modules']
        assert.ok(
          places.some(place => existsSync(join(ROOT, place, code))),
          `${page}: ${code}`,
        )
      }
  })

  it('name only settings that exist, with values that may be set', () => {
    const rows = new Map<string, (typeof ALL_SETTINGS)[number][1]>(ALL_SETTINGS)
    const files = ALL_SETTINGS.filter(([, row]) => row.secret).map(([name]) => `${name}_FILE`)
    const known = new Set<string>([...rows.keys(), ...files, ...OTHER_VARIABLES])
    for (const page of PAGES) {
      for (const [name] of read(page).matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g))
        assert.ok(known.has(name), `${page}: ${name}`)
      for (const code of codeOf(read(page))) {
        const [, name = '', value = ''] = /^([A-Z_]+)=([^\s<…]+)$/.exec(code) ?? []
        assert.doesNotThrow(() => rows.get(name)?.parse(value), `${page}: ${code}`)
      }
    }
  })

  it('show prices of models as MODEL_PRICES takes them, enough for a start under a spend limit', () => {
    const example = blockOf(read('docs/unified-calls.md'), 'sh', 'MODEL_PRICES=')
    const MODEL_PRICES = /^MODEL_PRICES='(.*?)'$/ms.exec(example)?.[1] ?? ''
    const [voice = '', transcription = ''] = Object.keys(JSON.parse(MODEL_PRICES))
    const models = { REALTIME_MODEL: voice, ALLOWED_MODELS: voice, TRANSCRIPTION_MODEL: transcription }
    const decision = decideConfig({
      OPENAI_API_KEY: 'sk-test',
      CALL_MODE: 'unified',
      MAX_CALL_USD: '1',
      ...models,
      MODEL_PRICES,
    })
    assert.ok('config' in decision, JSON.stringify(decision))
  })

  it('name only errors that exist, with their statuses', () => {
    const statuses = new Set([...Object.values(ERRORS).map(({ status }) => String(status)), ...OPENAI_STATUSES])
    for (const page of PROSE) {
      const text = withoutBlocks(read(page))
      for (const [, status, type = ''] of text.matchAll(/\b([45]\d\d) `(\w+)`/g)) {
        if (OPENAI_ERRORS.includes(type)) continue
        const row = Object.hasOwn(ERRORS, type) ? ERRORS[type as ErrorType] : undefined
        assert.equal(String(row?.status), status, `${page}: ${status} ${type}`)
      }
      for (const [, status = ''] of text.matchAll(/(?<![\d.,-])([45]\d\d)(?!\d|[.,]\d| ms| and \d+ ms| s\b)/g))
        assert.ok(statuses.has(status), `${page}: ${status}`)
    }
  })

  it('use names of fields, values and errors that exist', () => {
    const known = new Set([
      ...Object.keys(ERRORS),
      ...OPENAI_ERRORS,
      ...LOG_EVENTS,
      ...PRICE_KINDS,
      ...namesIn(OPENAPI),
      ...namesIn(UNIFIED),
    ])
    for (const page of PROSE)
      for (const code of codeOf(read(page)).filter(code => /^[a-z]+(_[a-z]+)+$/.test(code)))
        assert.ok(known.has(code), `${page}: ${code}`)
  })

  it('have the places that are generated', () => {
    for (const name of ['settings', 'errors'])
      assert.equal(README.split(`<!-- ${name} -->\n`).length + README.split(`<!-- /${name} -->\n`).length, 4)
  })
})

/** Every property name and every enumerated value, however deep. */
function namesIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return ['enum', 'required'].includes(key) ? [value] : []
  if (Array.isArray(value)) return value.flatMap(item => namesIn(item, key))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner, name)])
}

describe('the README', () => {
  let demo: RunningDemo
  before(async () => {
    demo = await startDemo({ args: ['--latency-ms', '0'] })
  })
  after(() => demo?.stop())

  it('lists the endpoints that there are', async () => {
    const listed = tableOf(README, 'Endpoint').map(([endpoint]) => bare(endpoint))
    const paths: [string, object][] = Object.entries(OPENAPI.paths)
    const described = paths.flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    assert.deepEqual(listed.toSorted(), [...described, ...UNDOCUMENTED].toSorted())
    const { json } = await ask(demo.url)
    for (const endpoint of Object.values(json.endpoints)) assert.ok(listed.includes(String(endpoint)), `${endpoint}`)
    for (const endpoint of UNDOCUMENTED)
      assert.equal((await ask(demo.url + endpoint.slice(4))).status, endpoint === 'GET /monitor' ? 404 : 200)
  })

  it('lists the fields of a token request, with their values', () => {
    const { properties } = OPENAPI.paths['/v1/realtime/token'].post.requestBody.content['application/json'].schema
    const rows = tableOf(README, 'Field').map(([field, values = '']) => [bare(field), values] as const)
    assert.deepEqual(rows.map(([field]) => field).toSorted(), Object.keys(properties).toSorted())
    for (const [field, values] of rows)
      if (['difficulty', 'sport', 'mode'].includes(field)) assert.deepEqual(codeOf(values), properties[field].enum)
  })

  it('shows a curl that works as pasted, and the reply that it gets', async () => {
    const command = blockOf(README, 'sh', 'curl')
    assert.ok(command.includes(`${ADDRESS}/`))
    const { stdout } = await promisify(execFile)('sh', ['-c', command.replaceAll(ADDRESS, demo.url)])
    assertLike(JSON.parse(stdout), JSON.parse(blockOf(README, 'json', 'client_secret')))
  })

  it('shows an error as it is', async () => {
    const shown = JSON.parse(blockOf(README, 'json', 'origin_not_allowed'))
    const headers = { origin: 'https://elsewhere.example', 'x-request-id': shown.error.request_id }
    const { json } = await ask(`${demo.url}/v1/realtime/token`, { method: 'POST', headers })
    assert.deepEqual(json, shown)
  })
})

/** Same fields in the same order; numbers may differ, and `…` stands for any text. */
function assertLike(actual: Record<string, unknown>, shown: Record<string, unknown>): void {
  assert.deepEqual(Object.keys(actual), Object.keys(shown))
  for (const [field, sample] of Object.entries(shown)) {
    if (typeof sample !== 'string') assert.equal(typeof actual[field], typeof sample, field)
    else assert.match(String(actual[field]), patternOf(field === 'client_secret' ? 'ek_…' : sample), field)
  }
}

/** Identifiers are made anew for each reply: of those only what stands before the first underscore is compared. */
function patternOf(sample: string): RegExp {
  const general = sample.replace(/^(ek|sess|rk)_.*/, '$1_…')
  const parts = general.split(/\s?…\s?/).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`)
}

describe("the README's JavaScript", () => {
  let site: Site
  let emulator: Emulator
  let service: RunningService
  let browser: Browser
  before(async () => {
    const { path } = await speechWav('Who is ahead?')
    ;[site, emulator, browser] = await Promise.all([
      startSite(),
      startEmulator({ heard: ['Please say "Four points ahead."'] }),
      openVoiceBrowser(path, 'over and over'),
    ])
    service = await startService({
      OPENAI_BASE_URL: emulator.baseUrl,
      ALLOWED_ORIGINS: site.originAs('127.0.0.1'),
    })
  })
  after(async () => {
    await browser?.close()
    await service?.stop()
    for (const part of [site, emulator]) await part?.close()
  })

  it('gets a token, connects a real browser, voice and events, and reports on the call', async () => {
    const script = blockOf(README, 'js', 'RTCPeerConnection')
    assert.ok(script.includes(`${ADDRESS}/`))
    const report = blockOf(README, 'js', 'token.report_key')
    const page = await browser.newPage()
    await listenIn(page)
    await page.goto(site.originAs('127.0.0.1'))
    const told = page.waitForEvent('console', message => message.text() === 'session.created')
    await page.evaluate(`(async () => {\n${(script + report).replaceAll(ADDRESS, service.url)}\n})()`)
    await told
    await waitForSound(page)
    await service.logged(({ msg, rating }) => msg === 'voice_report' && rating === 5)
    assert.equal(emulator.calls.length, 1)
  })
})

describe('CONTRIBUTING', () => {
  const manifests = ['package.json', ...globSync('{packages,examples}/*/package.json', { cwd: ROOT })].map(file => ({
    folder: dirname(file),
    manifest: JSON.parse(read(file)),
  }))

  it('gives a reason for every dependency and for no other', () => {
    const listed = tableOf(read('CONTRIBUTING.md'), 'Package').map(([name, where]) => `${bare(name)} in ${where}`)
    const real = manifests.flatMap(({ folder, manifest }) => {
      const where = folder === '.' ? 'the root' : folder
      const all = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      const needed = all.filter(name => !name.startsWith('@parker/'))
      const optional = Object.keys(manifest.optionalDependencies ?? {})
      return [...needed.map(name => `${name} in ${where}`), ...optional.map(name => `${name} in ${where}, optional`)]
    })
    assert.deepEqual(listed.toSorted(), real.toSorted())
  })

  it('is right that every version is pinned', () => {
    for (const { folder, manifest } of manifests) {
      const versions = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
      for (const [name, version] of Object.entries(versions))
        assert.match(String(version), /^\d+\.\d+\.\d+$/, `${name} in ${folder}`)
    }
  })

  it('tells the steps that .ci/run takes', () => {
    const steps = /^1\. .*?\n\n/ms.exec(read('CONTRIBUTING.md'))?.[0] ?? ''
    const real = read('.ci/run').matchAll(/^\s*(?:if report=\$\()?(npm \w+)(?: --silent)?(?: ([\w:]+))?/gm)
    const commands = new Set([...real].map(([, npm, script]) => (npm === 'npm run' ? `${npm} ${script}` : npm)))
    assert.ok(commands.size >= 8)
    for (const command of commands) assert.ok(steps.includes(`\`${command}\``), command)
  })
})

describe('SECURITY', () => {
  it('says what unified calls cannot do: lock the words of one response, and end what a killed process leaves', () => {
    const text = read('SECURITY.md').replaceAll(/\s+/g, ' ')
    assert.match(text, /`response\.create` leave no trace that the server could see, and cannot be locked/)
    assert.match(text, /\*\*Without `REDIS_URL`\*\* a killed process leaves its calls to OpenAI's own 60 minutes/)
  })
})

describe('ARCHITECTURE', () => {
  it('has a line for every folder of the server', () => {
    const listed = tableOf(read('ARCHITECTURE.md'), 'Folder').map(([folder]) => bare(folder))
    const source = 'packages/server/src'
    const folders = readdirSync(join(ROOT, source), { withFileTypes: true }).filter(entry => entry.isDirectory())
    for (const { name } of folders) assert.ok(listed.includes(`${source}/${name}`), name)
  })

  it('fits on about a screen', () => {
    assert.ok(read('ARCHITECTURE.md').split('\n').length < 100)
  })
})
