import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ERRORS } from '../packages/server/src/errors.ts'
import { ask, askToken } from './harness/ask.ts'
import { type Exposition, openMetrics } from './harness/prometheus.ts'
import { report } from './harness/reports.ts'
import { type RunningService, startService } from './harness/service.ts'
import { startUpstream, type Upstream } from './harness/upstream.ts'
import { findPart, type Part } from './run/parts.ts'

const run = promisify(execFile)

const FOLDER = fileURLToPath(new URL('../deploy/', import.meta.url))
const RULES = readFileSync(`${FOLDER}alerts.yml`, 'utf8')
const RULE_TESTS = readFileSync(`${FOLDER}alerts.test.yml`, 'utf8')

const PROMTOOL: Part = {
  name: 'promtool',
  commands: ['promtool'],
  variable: 'PROMTOOL',
  package: 'prometheus',
  purpose: "Prometheus's own check of the alerts",
}

/** Each alert with its lines, as the file has them. */
const ALERTS = RULES.split(/^ {6}- alert: /m)
  .slice(1)
  .map(text => ({ name: text.slice(0, text.indexOf('\n')), text: text.replace(/^ *#.*$/gm, '') }))

const expressionOf = (text: string) => /expr: ([\s\S]*?)\n {8}(?:for|labels|annotations):/.exec(text)?.[1] ?? ''
const unquoted = (text: string) => text.replace(/"[^"]*"/g, '')

describe('deploy/alerts.yml', () => {
  let upstream: Upstream
  let service: RunningService
  let unified: RunningService
  let exported: Pick<Exposition, 'samples'>
  before(async () => {
    upstream = await startUpstream()
    const settings = { OPENAI_BASE_URL: upstream.baseUrl, ADMIN_TOKEN: 'operators-only-0123456789' }
    service = await startService(settings)
    unified = await startService({ ...settings, CALL_MODE: 'unified' })
    await askToken(service.url)
    await askToken(service.url, {}, { origin: 'https://malicious-site.com' })
    await report(service.url, { stats: { rtt_ms: 40 }, ended: 'hung_up', rating: 4 })
    const operator = { authorization: 'Bearer operators-only-0123456789' }
    const read = async ({ url }: RunningService) =>
      openMetrics((await ask(`${url}/metrics`, { headers: operator })).text).samples
    exported = { samples: [...(await read(service)), ...(await read(unified))] }
  })
  after(async () => {
    await Promise.all([service?.stop(), unified?.stop()])
    await upstream?.close()
  })

  it('has an alert for each thing that an operator must know of', () => {
    const names = ALERTS.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const topic of [
      'Gone',
      'Restart',
      'Disconnected',
      'Circuit',
      'Key',
      'Credit',
      'Model',
      'Errors',
      'Pool',
      'Store',
      'Overloaded',
      'Budget',
      'Calls',
      'HungUp',
      'Users',
    ])
      assert.ok(
        names.some(name => name.includes(topic)),
        topic,
      )
  })

  it('uses only metrics that a running service exports', () => {
    const samples = new Set(exported.samples.map(({ name }) => name))
    for (const { name, text } of ALERTS) {
      const used = unquoted(expressionOf(text)).match(/\bparker_\w+/g) ?? []
      assert.ok(used.length > 0, `${name} uses none`)
      for (const metric of used) assert.ok(samples.has(metric), `${name} uses ${metric}, which is not exported`)
    }
  })

  it('asks only for labels that its metrics have, and for values that they can take', () => {
    const routes = exported.samples
      .filter(({ name }) => name === 'parker_http_requests_total')
      .map(one => one.labels.route)
    for (const { name, text } of ALERTS)
      for (const [, metric, selector = ''] of expressionOf(text).matchAll(/(parker_\w+)\{([^}]*)\}/g)) {
        const labels = exported.samples.find(one => one.name === metric)?.labels ?? {}
        for (const [, label = '', value = ''] of selector.matchAll(/(\w+)=~?"([^"]*)"/g)) {
          assert.ok(label in labels, `${name}: ${metric} has no label ${label}`)
          if (label === 'type') assert.ok(value in ERRORS, `${name}: no error is called ${value}`)
          if (label === 'route') assert.ok(routes.includes(value), `${name}: no route is called ${value}`)
        }
      }
  })

  it('says of each how urgent it is, what it means and what to do', () => {
    for (const { name, text } of ALERTS) {
      assert.match(text, /labels: \{ severity: (page|ticket) \}/, name)
      assert.match(text, /summary: .{20,}/, name)
      assert.match(text, /action: .{40,}/, name)
    }
  })

  it('has a rule test in which each alert fires', () => {
    for (const { name } of ALERTS) {
      const fires = new RegExp(`alertname="${name}",alertstate="firing"[^}]*}\\)'[^[]*\\[\\{ labels:`)
      assert.match(RULE_TESTS, fires, `${name} never fires in alerts.test.yml`)
      assert.ok(RULE_TESTS.includes(`alertname: ${name} }`), `${name} is not held to be quiet when all is well`)
    }
  })
})

describe('Prometheus itself', () => {
  const promtool = findPart(PROMTOOL, process.env) ?? ''
  const skip = promtool === '' && `no promtool here: install Debian's package ${PROMTOOL.package}, or set PROMTOOL`

  it('accepts the rules', { skip }, async () => {
    const { stdout } = await run(promtool, ['check', 'rules', 'alerts.yml'], { cwd: FOLDER })
    assert.match(stdout, new RegExp(`${ALERTS.length} rules found`))
  })

  it('fires each alert when it should, and none when all is well', { skip }, async () => {
    const { stdout } = await run(promtool, ['test', 'rules', 'alerts.test.yml'], { cwd: FOLDER })
    assert.match(stdout, /SUCCESS/)
  })

  it('takes /metrics as it is', { skip }, async () => {
    const upstream = await startUpstream()
    const service = await startService({ OPENAI_BASE_URL: upstream.baseUrl })
    const { text } = await ask(`${service.url}/metrics`)
    const checking = run(promtool, ['check', 'metrics'])
    checking.child.stdin?.end(text)
    const checked = checking.catch((error: { stderr: string }) => error)
    // Three gauges of the metrics library are called …_total, which Prometheus finds bad style.
    const complaints = (await checked).stderr
      .split('\n')
      .filter(line => line !== '' && !/^parker_nodejs_active_/.test(line))
    assert.deepEqual(complaints, [])
    await service.stop()
    await upstream.close()
  })
})
