import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asMarkdown, fileName, type SavedTranscript, search } from './transcript.ts'

const TALK: SavedTranscript = {
  id: '1',
  savedAt: '2026-03-04T20:15:00.000Z',
  title: 'Boston Celtics – New York Knicks',
  mode: 'hot_take',
  voice: 'cedar',
  difficulty: 'savage',
  seconds: 65,
  rating: 4,
  lines: [
    { who: 'parker', text: 'Nobody guards the corner.' },
    { who: 'you', text: 'Not <b>even</b> the *Knicks*?' },
  ],
}
const OTHER: SavedTranscript = { ...TALK, id: '2', title: 'A late lead', lines: [{ who: 'you', text: 'Full count.' }] }

describe('saved transcripts', () => {
  for (const [query, ids] of [
    ['', ['1', '2']],
    ['KNICKS corner', ['1']],
    ['hot take', ['1', '2']],
    ['full   count', ['2']],
    ['full corner', []],
  ] as const)
    it(`are found by “${query}”`, () =>
      assert.deepEqual(
        search([TALK, OTHER], query).map(({ id }) => id),
        ids,
      ))

  it('leave as Markdown in which nothing that was said has a meaning', () => {
    assert.equal(
      asMarkdown(TALK),
      '# Boston Celtics – New York Knicks\n\n' +
        '2026-03-04T20:15:00.000Z · hot\\_take · savage · cedar · rated 4 of 5\n\n' +
        '**Parker:** Nobody guards the corner.\n\n' +
        '**You:** Not \\<b\\>even\\</b\\> the \\*Knicks\\*?\n',
    )
  })

  it('have a file name that every system takes', () => {
    assert.equal(fileName(TALK), 'parker-2026-03-04-boston-celtics-new-york-knicks.md')
    assert.equal(fileName({ ...TALK, title: '../../ \u202E"' }), 'parker-2026-03-04-talk.md')
  })
})
