import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultSyntaxError, parseFaults } from './fault-text.ts'
import { faultHelp, faultKinds, faultWords } from './fault-words.ts'
import { createFaults } from './faults.ts'

test('a rule is read word by word', () => {
  const [first, second] = parseFaults('mint:status=429,code=slow_down,retry-after=2,times=3 ;\n *:delay=250,chance=0.5')
  assert.equal(first?.target, 'mint')
  assert.equal(first.kind, 'status')
  assert.equal(first.error?.body.error.code, 'slow_down')
  assert.deepEqual(first.headers, { 'retry-after': '2' })
  assert.equal(first.times, 3)
  assert.equal(second?.kind, undefined)
  assert.equal(second?.delayMs, 250)
  assert.equal(second?.chance, 0.5)
})

test('an empty text has no rules', () => assert.deepEqual(parseFaults(' \n'), []))

const bad: readonly [text: string, problem: RegExp][] = [
  ['stall', /must begin with a target/],
  ['mints:stall', /must begin with a target/],
  ['mint:', /'' is not a fault/],
  ['mint:explode', /'explode' is not a fault/],
  ['mint:stall=3', /'stall' takes no value/],
  ['mint:stall,reset', /'stall' and 'reset' cannot both/],
  ['mint:status', /status=.*from 400 to 599/],
  ['mint:status=200', /from 400 to 599/],
  ['mint:status=429.5', /a whole number/],
  ['mint:status=429,code=nonsense', /no code 'nonsense', only: rate_limit_exceeded, slow_down/],
  ['mint:status=418,code=teapot', /only: none/],
  ['mint:stall,retry-after=3', /need status=N/],
  ['mint:status=429,retry-after=', /not a header's value/],
  ['mint:times=3', /says when but not what/],
  ['mint:stall,times=0', /from 1/],
  ['mint:stall,chance=2', /from 0 to 1/],
  ['mint:redirect=nowhere', /an absolute URL/],
  ['mint:ice-failure', /'ice-failure' cannot happen to 'mint', only: status/],
  ['reply:stall', /'stall' cannot happen to 'reply', only: failed/],
  ['*:drop', /'drop' cannot happen to '\*'/],
]

for (const [text, problem] of bad) {
  test(`'${text}' is refused with the vocabulary`, () => {
    assert.throws(
      () => parseFaults(text),
      error => error instanceof FaultSyntaxError && problem.test(error.message) && error.message.includes(faultHelp),
    )
  })
}

const names = Object.keys(faultWords).map(word => /^[a-z-]+/.exec(word)?.[0])

test('the page tells of every word', async () => {
  const page = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  assert.deepEqual(
    names.filter(name => !new RegExp(`^\\|.*\`${name}[\`=]`, 'm').test(page)),
    [],
  )
})

test('every kind of fault is in the vocabulary', () => {
  assert.deepEqual(
    faultKinds.filter(kind => !names.includes(kind)),
    [],
  )
})

test('no text does more than throw a FaultSyntaxError', () => {
  const words = fc.constantFrom(
    'mint',
    '*',
    ':',
    ',',
    '=',
    ' ',
    'status',
    'stall',
    '429',
    'code',
    'delay',
    'times',
    '-1',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map(parts => parts.join('')),
      ),
      text => {
        try {
          parseFaults(text)
        } catch (error) {
          assert.ok(error instanceof FaultSyntaxError)
        }
      },
    ),
  )
})

const strikes = (text: string, requests: number) => {
  const faults = createFaults(text)
  return Array.from({ length: requests }, () => faults.strike('mint')?.kind ?? '-').join(' ')
}

test('rules strike in order, so many times, every so often, by chance', () => {
  assert.equal(strikes('mint:stall,times=2', 4), 'stall stall - -')
  assert.equal(strikes('mint:stall,every=3', 6), '- - stall - - stall')
  assert.equal(strikes('mint:stall,chance=0', 3), '- - -')
  assert.equal(strikes('mint:stall,chance=1', 2), 'stall stall')
  assert.equal(strikes('mint:stall,times=1 *:reset,times=1', 3), 'stall reset -')
  assert.equal(strikes('models:stall', 2), '- -')
})

test('a bad text leaves the faults in force alone', () => {
  const faults = createFaults('mint:stall')
  assert.throws(() => faults.set('mint:nonsense'))
  assert.deepEqual(faults.active(), ['mint:stall'])
})
