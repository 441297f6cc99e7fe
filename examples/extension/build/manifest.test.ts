import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { bundle } from './bundle.ts'
import { REFERENCE_ORIGIN, TARGETS, type Target } from './manifest.ts'

const LINTER = createRequire(import.meta.url).resolve('addons-linter/bin/addons-linter')

/** Of Chrome's manifest reference (developer.chrome.com/docs/extensions/reference/manifest), what this extension needs. */
const CHROME_KEYS = [
  'action',
  'background',
  'content_scripts',
  'content_security_policy',
  'description',
  'host_permissions',
  'icons',
  'key',
  'manifest_version',
  'minimum_chrome_version',
  'name',
  'optional_host_permissions',
  'options_ui',
  'permissions',
  'short_name',
  'side_panel',
  'version',
]

/** Longest description that Chrome's store takes, in characters. */
const MAX_DESCRIPTION = 132

describe('the extension as it is built', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parker-build-'))
  const of = (target: Target) => join(folder, target)
  const manifestOf = (target: Target) => JSON.parse(readFileSync(join(of(target), 'manifest.json'), 'utf8'))
  before(async () => {
    for (const target of TARGETS) await bundle(target, new URL('https://parker.example:8443'), '1.2.3', of(target))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('passes the linter of addons.mozilla.org without a warning', async () => {
    const run = promisify(execFile)(process.execPath, [LINTER, '--output', 'json', of('firefox')])
    const { errors, warnings } = JSON.parse((await run.catch(failed => failed)).stdout)
    assert.deepEqual([...errors, ...warnings], [])
  })

  it('has only keys that Chrome documents', () => {
    const manifest = manifestOf('chrome')
    assert.deepEqual(Object.keys(manifest).toSorted(), CHROME_KEYS)
    assert.equal(manifest.manifest_version, 3)
    assert.ok(manifest.description.length <= MAX_DESCRIPTION)
  })

  it('has the id that the docs tell', () => {
    const key = Buffer.from(manifestOf('chrome').key, 'base64')
    const digits = createHash('sha256').update(key).digest('hex').slice(0, 32)
    const letters = digits.replace(/./g, digit => String.fromCharCode('a'.charCodeAt(0) + Number.parseInt(digit, 16)))
    assert.equal(`chrome-extension://${letters}`, REFERENCE_ORIGIN)
  })

  it('asks for no more than it needs', () => {
    assert.deepEqual(manifestOf('chrome').permissions, ['sidePanel', 'storage'])
    assert.deepEqual(manifestOf('firefox').permissions, ['storage'])
    for (const target of TARGETS) {
      const { host_permissions, content_scripts } = manifestOf(target)
      assert.deepEqual(host_permissions, ['https://parker.example/*'])
      assert.deepEqual(content_scripts[0].matches, ['https://www.espn.com/*'])
    }
  })

  for (const target of TARGETS)
    it(`brings every file that it names, for ${target}`, () => {
      const text = JSON.stringify(manifestOf(target))
      const names = [...text.matchAll(/"([\w./-]+\.(?:js|html|png))"/g)].map(([, name = '']) => name)
      assert.ok(names.length > 8)
      for (const name of names) assert.ok(statSync(join(of(target), name)).size > 0, name)
    })

  it('runs and shows nothing but its own files', () => {
    const policy: string = manifestOf('chrome').content_security_policy.extension_pages
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|data:|blob:/)
    for (const name of readdirSync(of('chrome')).filter(name => name.endsWith('.html'))) {
      const page = readFileSync(join(of('chrome'), name), 'utf8')
      assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\/|\son\w+=|\sstyle=|<style|<script>/, name)
    }
  })

  it('never parses text as HTML, nor runs text as code', () => {
    for (const name of readdirSync(of('chrome')).filter(name => name.endsWith('.js'))) {
      const script = readFileSync(join(of('chrome'), name), 'utf8')
      assert.doesNotMatch(
        script,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|createContextualFragment|\beval\(|new Function/,
        name,
      )
    }
  })
})
