import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PROBLEMS } from './problems.ts'
import { reduce } from './reduce.ts'
import { isDueForReload, type PanelEvent, type PanelState, START, spokenLines } from './state.ts'

const OPTIONS = { models: [], voices: [], difficulties: [], sports: [], modes: [] }
const line = (id: string, text: string) => ({ id, who: 'you', text, final: true }) as const

/** The panel after these events. */
const after = (...events: PanelEvent[]): PanelState => events.reduce(reduce, START)
const loaded = (microphone: PermissionState): PanelEvent => ({ type: 'loaded', options: OPTIONS, microphone })
const connecting: PanelEvent = { type: 'connecting' }
const floor = (name: 'listening' | 'speaking' | 'thinking', now = 1_000): PanelEvent => ({
  type: 'floor',
  floor: name,
  now,
})
const talk = [loaded('granted'), connecting, floor('listening')]

describe('the panel', () => {
  for (const [microphone, stage] of [
    ['prompt', 'first-run'],
    ['granted', 'ready'],
    ['denied', 'problem'],
  ] as const)
    it(`shows ${stage} when the microphone is at ${microphone}`, () =>
      assert.equal(after(loaded(microphone)).stage.name, stage))

  it('goes on by itself when the microphone is allowed in another tab', () => {
    const granted: PanelEvent = { type: 'microphone', microphone: 'granted' }
    assert.equal(after(loaded('prompt'), granted).stage.name, 'ready')
    assert.equal(after(loaded('denied'), granted).stage.name, 'ready')
  })

  it('is not thrown out of a talk by a change of the permission', () =>
    assert.equal(after(...talk, { type: 'microphone', microphone: 'denied' }).stage.name, 'live'))

  it('does not turn to another service before a talk is over and put away', () => {
    const moved: PanelEvent = { type: 'moved' }
    const ended: PanelEvent = { type: 'ended', now: 5_000 }
    const lost: PanelEvent = { type: 'problem', problem: { code: 'call-lost' }, now: 5_000 }
    const said: PanelEvent = { type: 'line', line: line('a', 'Gulls!') }
    assert.ok(isDueForReload(after(loaded('granted'), moved)))
    assert.ok(isDueForReload(after(lost, moved)), 'nothing was said')
    assert.ok(!isDueForReload(after(loaded('granted'), connecting, moved)))
    assert.ok(!isDueForReload(after(...talk, moved)))
    assert.ok(!isDueForReload(after(...talk, moved, ended)))
    assert.ok(!isDueForReload(after(...talk, said, moved, lost)))
    assert.ok(isDueForReload(after(...talk, said, moved, ended, { type: 'again' })))
    assert.ok(!isDueForReload(after(loaded('granted'), moved, { type: 'reload' })))
  })

  it('loads anew when the network is back, unless what was said would be lost', () => {
    const offline: PanelEvent = { type: 'problem', problem: { code: 'offline' }, now: 5_000 }
    assert.ok(isDueForReload(after(loaded('granted'), offline, { type: 'online' })))
    const said = after(...talk, { type: 'line', line: line('a', 'Gulls!') }, offline, { type: 'online' })
    assert.ok(!isDueForReload(said))
    assert.deepEqual(said.stage, { name: 'problem', problem: { code: 'call-lost' }, seconds: 4, saved: false })
    assert.equal(after(...talk, { type: 'online' }).stage.name, 'live')
  })

  it('asks for the microphone again before another talk where it is no longer allowed', () => {
    const prompt: PanelEvent = { type: 'microphone', microphone: 'prompt' }
    const ended: PanelEvent = { type: 'ended', now: 5_000 }
    assert.equal(after(...talk, prompt, ended, { type: 'again' }).stage.name, 'first-run')
    assert.equal(after(loaded('granted'), connecting, prompt, ended).stage.name, 'first-run')
  })

  it('counts the time on air from the first moment, not from the click', () =>
    assert.deepEqual(after(...talk, floor('speaking', 5_000), { type: 'ended', now: 61_400 }).stage, {
      name: 'ended',
      seconds: 60,
      saved: false,
    }))

  it('goes back to the pickers when one hangs up before the line is open', () =>
    assert.equal(after(loaded('granted'), connecting, { type: 'ended', now: 1 }).stage.name, 'ready'))

  it('keeps what was said when the line breaks, and starts the next talk with nothing', () => {
    const broken = after(
      ...talk,
      { type: 'line', line: line('1', 'Hello') },
      {
        type: 'problem',
        problem: { code: 'call-lost' },
        now: 9_000,
      },
    )
    assert.deepEqual(broken.stage, { name: 'problem', problem: { code: 'call-lost' }, seconds: 8, saved: false })
    assert.equal(broken.lines.length, 1)
    assert.equal(reduce(broken, connecting).lines.length, 0)
  })

  it('shows a notice until somebody has the word again', () => {
    const noticed = after(...talk, { type: 'notice', text: 'Say it again.' })
    const noticeOf = ({ stage }: PanelState) => (stage.name === 'live' ? stage.notice : undefined)
    assert.equal(noticeOf(noticed), 'Say it again.')
    assert.equal(noticeOf(reduce(noticed, floor('listening'))), 'Say it again.')
    assert.equal(noticeOf(reduce(noticed, floor('speaking'))), undefined)
  })

  it('changes a line in place and keeps the order of the conversation', () => {
    const state = after(
      { type: 'line', line: line('1', 'He') },
      { type: 'line', line: line('2', ' ') },
      { type: 'line', line: line('1', 'Hello') },
    )
    assert.deepEqual(
      state.lines.map(({ text }) => text),
      ['Hello', ' '],
    )
    assert.deepEqual(
      spokenLines(state).map(({ text }) => text),
      ['Hello'],
    )
  })

  it('keeps the last page when the tab in front says nothing', () => {
    const page = { teams: [], headline: 'A late lead' }
    assert.deepEqual(after({ type: 'page', page }, { type: 'page', page: undefined }).page, page)
  })

  it('takes one rating and one saving, after the talk only', () => {
    const ended = after(...talk, { type: 'ended', now: 2_000 }, { type: 'rated', rating: 4 }, { type: 'saved' })
    assert.deepEqual(ended.stage, { name: 'ended', seconds: 1, rating: 4, saved: true })
    assert.equal(after(...talk, { type: 'saved' }).stage.name, 'live')
  })
})

describe('problems', () => {
  it('are told in words that fit a narrow panel, without blame', () => {
    for (const { tag, title, text } of Object.values(PROBLEMS)) {
      assert.ok(tag.length <= 12 && title.length <= 45 && text.length <= 140, title)
      assert.doesNotMatch(`${title} ${text}`, /\berror|failed|invalid|\d{3}/i)
    }
  })
})
