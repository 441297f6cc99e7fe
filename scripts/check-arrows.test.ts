import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findFaults } from './arrows/faults.ts'

/** Files that import these, each by an ordinary import. */
function files(imports: Record<string, readonly string[]>): Map<string, string> {
  return new Map(Object.entries(imports).map(([file, names]) => [file, names.map(line).join('')]))
}

const line = (name: string) => `${'import'} { x } from '${name}'\n`
const SERVER = 'packages/server/src'

describe('the check of import directions', () => {
  it('lets a higher layer import a lower one, and a file its neighbour', () => {
    const faults = findFaults(
      files({
        [`${SERVER}/app.ts`]: ['fastify', './http/body.ts', 'node:net'],
        [`${SERVER}/http/body.ts`]: ['../errors.ts', './facts.ts'],
        [`${SERVER}/http/facts.ts`]: [],
        [`${SERVER}/errors.ts`]: [],
      }),
    )
    assert.deepEqual(faults, [])
  })

  it('finds a lower layer that imports a higher one', () => {
    const [fault, ...more] = findFaults(files({ [`${SERVER}/limits/rates.ts`]: ['../http/facts.ts'] }))
    assert.match(fault ?? '', /limits\/rates\.ts must not import .*http\/facts\.ts: http\/ is not below limits\//)
    assert.deepEqual(more, [])
  })

  it('finds neighbours of one layer that know each other', () => {
    assert.equal(findFaults(files({ [`${SERVER}/identity/jwt.ts`]: ['../voice/stats.ts'] })).length, 1)
  })

  it('takes routes for a layer above the rest of http', () => {
    assert.deepEqual(findFaults(files({ [`${SERVER}/http/routes/token.ts`]: ['../facts.ts'] })), [])
    assert.equal(findFaults(files({ [`${SERVER}/http/facts.ts`]: ['./routes/token.ts'] })).length, 1)
  })

  for (const [name, text] of [
    ['a type', `${'import'} type { X } from '../http/facts.ts'`],
    ['a re-export', `${'export'} { X } from '../http/facts.ts'`],
    ['an import over several lines', `${'import'} {\n  X,\n  type Y,\n} from '../http/facts.ts'`],
    ['a bare import', `${'import'} '../http/facts.ts'`],
    ['a dynamic import', `const x = await ${'import'}('../http/facts.ts')`],
  ] as const)
    it(`sees ${name}`, () => {
      assert.equal(findFaults(new Map([[`${SERVER}/limits/rates.ts`, text]])).length, 1)
    })

  for (const [from, to] of [
    ['packages/emulator/src/a.ts', '../../server/src/errors.ts'],
    ['packages/emulator/src/a.test.ts', '../../server/src/errors.ts'],
    ['packages/emulator/src/a.ts', '../../../test/harness/ask.ts'],
    [`${SERVER}/app.ts`, '../../emulator/src/emulator.ts'],
    [`${SERVER}/app.ts`, '@parker/emulator'],
    [`${SERVER}/app.ts`, '../../../test/harness/ask.ts'],
    [`${SERVER}/http/body.ts`, 'undici'],
    [`${SERVER}/limits/rates.ts`, 'fastify'],
    [`${SERVER}/http/body.ts`, '@fastify/swagger'],
  ] as const)
    it(`keeps ${from} from ${to}`, () => {
      const faults = findFaults(files({ [from]: [to] }))
      assert.equal(faults.length, 1)
      assert.match(faults[0] ?? '', /must not import/)
    })

  it('lets a test look at everything of its own package, and use any other', () => {
    assert.deepEqual(findFaults(files({ [`${SERVER}/limits/rates.test.ts`]: ['../app.ts', 'undici'] })), [])
  })

  it('finds a read of the environment below start.js', () => {
    assert.equal(findFaults(new Map([[`${SERVER}/errors.ts`, `const x = ${'process'}.env.X`]])).length, 1)
    assert.deepEqual(findFaults(new Map([['packages/server/start.js', `main(${'process'}.env)`]])), [])
  })

  it('finds a file that stands in no layer', () => {
    assert.match(findFaults(files({ [`${SERVER}/new.ts`]: [] })).join(), /new\.ts stands in no layer/)
  })

  it('finds a circle of three files anywhere', () => {
    const faults = findFaults(files({ 'demo/a.ts': ['./b.ts'], 'demo/b.ts': ['./c.ts'], 'demo/c.ts': ['./a.ts'] }))
    assert.deepEqual(faults, ['These import each other in a circle: demo/a.ts → demo/b.ts → demo/c.ts → demo/a.ts'])
  })

  it('takes two ways to one file for no circle', () => {
    const faults = findFaults(files({ 'demo/a.ts': ['./b.ts', './c.ts'], 'demo/b.ts': ['./c.ts'], 'demo/c.ts': [] }))
    assert.deepEqual(faults, [])
  })
})
