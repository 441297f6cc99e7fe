import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { contextOf, readFacts, titleOf } from './facts.ts'
import { plainText } from './plain-text.ts'
import { sportOfPath } from './sports.ts'

/** As in the service's contract. */
const MAX_CONTEXT = 1_000

describe('what is known of a page', () => {
  it('is told in lines', () => {
    const teams = [
      { name: 'Celtics', score: '99' },
      { name: 'Knicks', score: '101' },
    ]
    const facts = readFacts({ sport: 'basketball', teams, status: '4th 0:42', headline: 'A late lead' })
    assert.equal(
      contextOf(facts),
      'Sport: basketball\nOn the page: Celtics 99, Knicks 101\nStatus: 4th 0:42\nHeadline: A late lead',
    )
    assert.equal(titleOf(facts), 'Celtics – Knicks')
  })

  it('is nothing where the page says nothing but its sport', () => {
    assert.equal(contextOf(readFacts({ sport: 'golf' })), undefined)
    assert.equal(titleOf(readFacts({})), undefined)
  })

  it('never grows over what a context may have, nor breaks a line, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        const context = contextOf(readFacts(value)) ?? ''
        assert.ok(context.length <= MAX_CONTEXT)
        assert.ok(context.split('\n').length <= 4)
      }),
    )
    const long = '\u{1F3C0}'.repeat(5_000)
    const teams = Array.from({ length: 50 }, () => ({ name: long, score: long }))
    const facts = readFacts({ sport: long, teams, status: long, headline: long })
    assert.equal(facts.teams.length, 2)
    assert.ok((contextOf(facts) ?? '').length <= MAX_CONTEXT)
  })
})

describe("a page's text", () => {
  for (const [what, text, shown] of [
    ['white space', ' Late\n\t lead ', 'Late lead'],
    ['text that is turned around', 'safe\u202Eevil', 'safe evil'],
    ['text that hides', 'a\u200Bb\u{E0041}c\u00ADd', 'a b c d'],
    ['line separators', 'a\u2028b\u2029c\u0085d', 'a b c d'],
    ['half a character', 'a\uD83Cb', 'a\uFFFDb'],
    ['markup', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ] as const)
    it(`is one visible line: ${what}`, () => assert.equal(plainText(text, 60), shown))

  it('is cut with a mark, between characters', () =>
    assert.equal(plainText('\u{1F3C0}'.repeat(9), 4), `${'\u{1F3C0}'.repeat(3)}…`))
  it('is empty where there is none', () => assert.equal(plainText({ toString: () => 'x' }, 9), ''))
})

describe("a page's sport", () => {
  for (const [path, sport] of [
    ['/nba/game/_/gameId/401705116', 'basketball'],
    ['/NFL/', 'football'],
    ['/soccer/match', 'soccer'],
    ['/f1/story/_/id/1', 'motorsport'],
    ['/constructor/', undefined],
    ['/', undefined],
    ['/espn/story', undefined],
  ] as const)
    it(`of ${path} is ${sport}`, () => assert.equal(sportOfPath(path), sport))
})
