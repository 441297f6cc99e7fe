import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { testFiles } from './files.ts'
import { CHROMIUM, findPart, type Machine, REDIS } from './parts.ts'
import { provideParts } from './provide-parts.ts'

const ENTRY = fileURLToPath(new URL('./start.js', import.meta.url))
const RUNNER = new URL('./run-files.ts', import.meta.url).href
const DEBIAN_ROOT: Machine = { debian: true, root: true, skip: false }

describe('npm test', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'parker-run-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  function folderWith(name: string, programs: readonly string[]): string {
    const path = join(folder, name)
    mkdirSync(path, { recursive: true })
    for (const program of programs) writeFileSync(join(path, program), '#!/bin/sh\n', { mode: 0o755 })
    return path
  }

  /** Notes in order what was said and what was run. */
  function noted(run: (words: readonly string[]) => boolean = () => true) {
    const notes: string[] = []
    const hands = {
      say: (text: string) => void notes.push(text),
      run: (words: readonly string[]) => {
        notes.push(words.join(' '))
        return run(words)
      },
    }
    return { notes, hands }
  }

  it('neither says nor installs anything when nothing is missing', () => {
    const { notes, hands } = noted()
    assert.equal(provideParts({ PATH: folderWith('all', ['redis-server', 'chromium']) }, DEBIAN_ROOT, hands), true)
    assert.deepEqual(notes, [])
  })

  it('says what it installs on Debian as root, before it does', () => {
    const path = folderWith('to-be-filled', [])
    const { notes, hands } = noted(words => {
      if (words[1] === 'install') folderWith('to-be-filled', ['redis-server', 'chromium'])
      return true
    })
    assert.equal(provideParts({ PATH: path }, DEBIAN_ROOT, hands), true)
    assert.match(notes[0] ?? '', /Redis .*Chromium .*Installing redis-server and chromium with apt-get/s)
    assert.deepEqual(notes.slice(1), [
      'apt-get update',
      'apt-get install -y --no-install-recommends redis-server chromium',
    ])
  })

  it('installs only what is missing', () => {
    const path = folderWith('redis-only', ['redis-server'])
    const { notes, hands } = noted(words => {
      if (words[1] === 'install') folderWith('redis-only', ['chromium'])
      return true
    })
    assert.equal(provideParts({ PATH: path }, DEBIAN_ROOT, hands), true)
    assert.equal(notes.at(-1), 'apt-get install -y --no-install-recommends chromium')
  })

  it('stops when an installation fails, and when it brought nothing', () => {
    const env = { PATH: folderWith('empty', []) }
    assert.equal(provideParts(env, DEBIAN_ROOT, noted(() => false).hands), false)
    const { notes, hands } = noted()
    assert.equal(provideParts(env, DEBIAN_ROOT, hands), false)
    assert.equal(notes.at(-1), 'Still missing: Redis, Chromium.\n')
  })

  for (const [where, machine, words] of [
    ['with SKIP_INSTALL=1', { ...DEBIAN_ROOT, skip: true }, /\n {2}apt-get install .*redis-server chromium\n/],
    ['when not root', { ...DEBIAN_ROOT, root: false }, /\n {2}sudo apt-get install .*redis-server chromium\n/],
    ['on another system', { ...DEBIAN_ROOT, debian: false }, /package manager; Debian calls them redis-server and/],
  ] as const)
    it(`says what is missing and how to get it, and installs nothing, ${where}`, () => {
      const { notes, hands } = noted()
      assert.equal(provideParts({ PATH: folderWith('empty', []) }, machine, hands), false)
      assert.equal(notes.length, 1)
      assert.match(notes[0] ?? '', words)
    })

  it('ends with 1 and a message when SKIP_INSTALL=1 and a part is missing', () => {
    const env = { PATH: folderWith('empty', []), SKIP_INSTALL: '1' }
    const { status, stderr, stdout } = spawnSync(process.execPath, [ENTRY], { env, encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, /this machine lacks:\n {2}Redis .*\n {2}Chromium /)
    assert.equal(stdout, '')
  })

  it('takes Chromium from the variable CHROMIUM', () => {
    const program = join(folderWith('elsewhere', ['browser']), 'browser')
    assert.equal(findPart(CHROMIUM, { PATH: '', CHROMIUM: program }), program)
    assert.equal(findPart(CHROMIUM, { PATH: folderWith('all', ['chromium']), CHROMIUM: '/nowhere' }), undefined)
  })

  it('takes only what can be run for a program', () => {
    const path = folderWith('odd', ['redis-server'])
    chmodSync(join(path, 'redis-server'), 0o644)
    mkdirSync(join(path, 'chromium'))
    assert.equal(findPart(REDIS, { PATH: path }), undefined)
    assert.equal(findPart(CHROMIUM, { PATH: path }), undefined)
  })

  it('finds the tests of every folder but node_modules, and narrows them by a part of their path', () => {
    const root = join(folder, 'tree')
    const files = ['packages/a/src/x.test.ts', 'packages/a/node_modules/b/y.test.ts', 'test/z.test.ts', 'test/no.ts']
    for (const file of files) {
      mkdirSync(join(root, file, '..'), { recursive: true })
      writeFileSync(join(root, file), '')
    }
    assert.deepEqual(testFiles(root, []), ['packages/a/src/x.test.ts', 'test/z.test.ts'])
    assert.deepEqual(testFiles(root, ['test/z']), ['test/z.test.ts'])
    assert.deepEqual(testFiles(root, ['./test/z.test.ts']), ['test/z.test.ts'])
    assert.deepEqual(testFiles(root, ['nothing']), [])
  })

  /** Runs one test file of this text with the runner, as `npm test` does. */
  function runText(name: string, text: string) {
    const file = join(folder, `${name}.test.mjs`)
    writeFileSync(file, `import { it } from 'node:test'\nimport assert from 'node:assert'\n${text}`)
    const script = join(folder, `${name}.mjs`)
    writeFileSync(
      script,
      `import { runFiles } from '${RUNNER}'\nprocess.exitCode = await runFiles('${folder}', ['${file}'])`,
    )
    // Without this variable, since a runner that finds itself inside a runner reports to that one.
    const { NODE_TEST_CONTEXT: _inside, ...env } = process.env
    return spawnSync(process.execPath, [script], { env, encoding: 'utf8' })
  }

  it("prints the runner's closing lines and ends with 0 when all pass", () => {
    const { status, stdout } = runText('good', "it('holds', () => {})")
    assert.match(stdout, /ℹ tests 1\n.*ℹ pass 1\nℹ fail 0\n.*ℹ skipped 0\n/s)
    assert.equal(status, 0)
  })

  it('ends with 1 on a failure, a crash, and a file without tests that throws', () => {
    assert.equal(runText('bad', "it('breaks', () => assert.fail('broken'))").status, 1)
    assert.equal(runText('crash', "it('crashes', () => process.exit(0))\nthrow new Error('crash')").status, 1)
    assert.equal(runText('throws', "throw new Error('no test at all')").status, 1)
  })

  it('does not wait for what a failed test leaves running', () => {
    const { status, stdout } = runText(
      'hangs',
      "setInterval(() => {}, 1000)\nit('breaks', () => assert.fail('broken'))",
    )
    assert.match(stdout, /ℹ tests 1\n.*ℹ fail 1\n/s)
    assert.equal(status, 1)
  })

  it('ends with 1 on a test that is left out without a reason, and prints the reason where there is one', () => {
    assert.equal(runText('skipped', "it.skip('left', () => {})").status, 1)
    assert.equal(runText('todo', "it.todo('left', () => {})").status, 1)
    const { status, stdout } = runText('reasoned', "it('left', { skip: 'only on the moon' }, () => {})")
    assert.match(stdout, /left out: left .*: only on the moon\n$/)
    assert.equal(status, 0)
  })
})
