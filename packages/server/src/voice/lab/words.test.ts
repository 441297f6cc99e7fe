import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareWords, wordsOf } from './words.ts'

const rate = (asked: string, said: string) => compareWords(asked, said)?.errorRate

describe('words', () => {
  it('are as they sound', () => {
    assert.deepEqual(wordsOf('Don’t — THE Lakers’ 21–3 run, at Madison-Square!'), [
      ...["don't", 'the', 'lakers', 'twenty', 'one', 'three', 'run', 'at', 'madison', 'square'],
    ])
    assert.deepEqual(wordsOf('101, 340 and 2026'), [
      'one',
      'hundred',
      'one',
      'three',
      'hundred',
      'forty',
      'and',
      '2026',
    ])
    assert.deepEqual(wordsOf(' …! '), [])
  })
})

describe('the word error rate', () => {
  it('is 0 for the same words in other writing', () => {
    assert.equal(rate('Three, two, one: and it’s GOOD!', "3 2 1 and it's good"), 0)
  })

  it('counts a word changed, left out and put in', () => {
    assert.equal(rate('the shot is up and good', 'the shot is up and bad'), 1 / 6)
    assert.equal(rate('the shot is up and good', 'the shot is up good'), 1 / 6)
    assert.equal(rate('the shot is up and good', 'the big shot is up and good'), 1 / 6)
    assert.equal(rate('one two three', ''), 1)
    assert.equal(rate('one', 'five six seven'), 3)
  })

  it('says which', () => {
    assert.deepEqual(compareWords('nothing but net at the buzzer', 'nothing but nets at buzzer tonight')?.edits, [
      { asked: 'net', said: 'nets' },
      { asked: 'the', said: null },
      { asked: null, said: 'tonight' },
    ])
  })

  it('is null where nothing was to be said', () => assert.equal(compareWords('…', 'hello'), null))

  it('is a distance: none to itself, the same both ways, never more than all words', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        const edits = (x: string[], y: string[]) => compareWords(x.join(' '), y.join(' '))?.edits.length ?? -1
        assert.equal(edits(a, a), 0)
        assert.equal(edits(a, b), edits(b, a))
        assert.ok(edits(a, b) <= Math.max(a.length, b.length) && edits(a, b) >= Math.abs(a.length - b.length))
      }),
    )
  })
})
