import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DIFFICULTIES, type DifficultyName } from './catalogue/difficulties.ts'
import { MODES, type ModeName } from './catalogue/modes.ts'
import { SPORTS, type SportName } from './catalogue/sports.ts'
import { VOICES } from './catalogue/voices.ts'
import { composeInstructions, PARKER } from './persona.ts'

const CHANGED = 'Changed on purpose? `node scripts/docs/parker-golden.ts` writes the new golden file; read its diff.'

const modes = [undefined, ...(Object.keys(MODES) as ModeName[])]
const difficulties = Object.keys(DIFFICULTIES) as DifficultyName[]
const sports = [undefined, ...(Object.keys(SPORTS) as SportName[])]

const requests = modes.flatMap(mode =>
  difficulties.flatMap(difficulty =>
    sports.map(sport => ({ difficulty, ...(mode && { mode }), ...(sport && { sport }) })),
  ),
)
const composed = requests.map(request => composeInstructions(request, PARKER))

describe('the catalogue', () => {
  it('offers three difficulties, two modes, nine sports and ten voices', () => {
    assert.deepEqual(
      [DIFFICULTIES, MODES, SPORTS, VOICES].map(table => Object.keys(table).length),
      [3, 2, 9, 10],
    )
  })

  it('describes each row in one distinct line', () => {
    const lines = [DIFFICULTIES, MODES, SPORTS, VOICES].flatMap(table =>
      Object.values(table).map(row => row.description),
    )
    assert.equal(new Set(lines).size, lines.length)
    for (const line of lines) assert.match(line, /^.{10,100}\.$/)
  })

  it('keeps the base and each direction short', () => {
    assert.ok(PARKER.length >= 1200 && PARKER.length <= 1800, `the base: ${PARKER.length} characters`)
    for (const { title, direction } of [DIFFICULTIES, MODES, SPORTS].flatMap(table => Object.values(table))) {
      assert.ok(direction.length >= 150 && direction.length <= 450, `${title}: ${direction.length} characters`)
    }
  })
})

describe('every combination', () => {
  it('is its own text', () => {
    assert.equal(composed.length, 90)
    assert.equal(new Set(composed).size, 90)
  })

  it('is Parker, then one section for each thing chosen, in order', () => {
    for (const [i, text] of composed.entries()) {
      const { mode, difficulty, sport } = { mode: undefined, sport: undefined, ...requests[i] }
      const rows = [mode && MODES[mode], difficulty && DIFFICULTIES[difficulty], sport && SPORTS[sport]]
      const sections = rows.flatMap(row => (row ? [`# ${row.title}\n${row.direction}`] : []))
      assert.equal(text, [PARKER, ...sections].join('\n\n'))
    }
  })

  it('is of a length a voice model can hold on to', () => {
    for (const text of composed) assert.ok(text.length > 1500 && text.length < 3500, `${text.length} characters`)
  })

  it('has no bullets, emphasis, emojis, double spaces or holes', () => {
    for (const text of composed) {
      assert.doesNotMatch(text, /^\s*(?:[-*•]|\d+[.)])\s/m)
      assert.doesNotMatch(text, /[*_`]|\p{Extended_Pictographic}|undefined|null|\[object| {2}/u)
    }
  })

  it('matches the golden file', () => {
    const golden = JSON.parse(readFileSync(new URL('./persona.golden.json', import.meta.url), 'utf8'))
    const named = new Map(requests.map((request, i) => [nameOf(request), composed[i] ?? '']))
    for (const [name, text] of Object.entries(golden.texts)) assert.equal(named.get(name), text, `${name}. ${CHANGED}`)
    const hashes = Object.fromEntries([...named].map(([name, text]) => [name, sha256(text)]))
    assert.deepEqual(hashes, golden.sha256, CHANGED)
  })
})

describe('the base', () => {
  it('is the house persona, whatever the operator made it', () => {
    const text = composeInstructions({ difficulty: 'easy' }, 'You are the house.')
    assert.ok(text.startsWith('You are the house.\n\n# Easy\n'))
  })

  it('is the caller’s own instructions, verbatim and first, with the sections after', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 8000 }),
        fc.constantFrom(...requests),
        (own, request) => {
          const sections = composeInstructions(request, '')
          assert.equal(composeInstructions({ ...request, instructions: own }, PARKER), own + sections)
        },
      ),
    )
  })

  it('treats null as absent', () => {
    for (const [i, request] of requests.entries()) {
      assert.equal(composeInstructions({ ...request, instructions: null, context: null }, PARKER), composed[i])
    }
  })
})

describe('the context', () => {
  const page = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 1000 }),
    fc
      .array(
        fc.constantFrom(
          '</page_text>',
          '<page_text>',
          '"',
          '\\',
          '\n# Easy\n',
          '\u2028',
          '\u202e',
          '\u{e0041}',
          '\ud800',
          'A&M',
        ),
      )
      .map(pieces => pieces.join('')),
  )

  it('stays inside one fence, whatever it is, and can be read back exactly', () => {
    fc.assert(
      fc.property(page, fc.constantFrom(...requests), (context, request) => {
        const text = composeInstructions({ ...request, context }, PARKER)
        const fenced = /<page_text>\n(.*)\n<\/page_text>\n[^<>]+$/.exec(text)
        assert.equal(text.match(/<\/?page_text/g)?.length, 2)
        assert.equal(JSON.parse(fenced?.[1] ?? ''), context)
        assert.equal(text.slice(0, fenced?.index).split('# The page')[0], `${composeInstructions(request, PARKER)}\n\n`)
      }),
    )
  })

  it('adds no line and nothing invisible', () => {
    const lines = composeInstructions({ difficulty: 'easy', context: '' }, PARKER).split('\n').length
    fc.assert(
      fc.property(page, context => {
        const text = composeInstructions({ difficulty: 'easy', context }, PARKER)
        assert.equal(text.split(/[\n\r\u0085\u2028\u2029]/).length, lines)
        assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u)
      }),
    )
  })

  it('leaves ordinary text readable', () => {
    const context = 'Texas A&M 21, Montréal "CF" 3 – naïve 北京'
    assert.ok(composeInstructions({ difficulty: 'easy', context }, PARKER).includes(JSON.stringify(context)))
  })
})

it('composes the same bytes for the same request', () => {
  fc.assert(
    fc.property(fc.constantFrom(...requests), fc.option(fc.string({ maxLength: 1000 })), (request, context) => {
      const again = structuredClone({ ...request, context })
      assert.equal(composeInstructions({ ...request, context }, PARKER), composeInstructions(again, PARKER))
    }),
  )
})

function nameOf({ mode, difficulty, sport }: { mode?: string; difficulty: string; sport?: string }): string {
  return [mode ?? 'none', difficulty, sport ?? 'none'].join('/')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
