import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTranscript, type TranscriptLine } from './transcript.ts'
import type { ServerEvent } from './wire.ts'

const YOU = 'conversation.item.input_audio_transcription'
const PARKER = 'response.output_audio_transcript'

function linesOf(...events: ServerEvent[]): TranscriptLine[] {
  const lines: TranscriptLine[] = []
  const take = createTranscript(line => lines.push(line))
  for (const event of events) take(event)
  return lines
}

describe('the transcript', () => {
  it('grows word by word and ends with the whole sentence', () => {
    const lines = linesOf(
      { type: `${PARKER}.delta`, item_id: 'b', delta: 'What a ' },
      { type: `${PARKER}.delta`, item_id: 'b', delta: 'game' },
      { type: `${PARKER}.done`, item_id: 'b', transcript: 'What a game!' },
    )
    assert.deepEqual(
      lines.map(({ text, final }) => [text, final]),
      [
        ['What a ', false],
        ['What a game', false],
        ['What a game!', true],
      ],
    )
  })

  it('keeps the order of the conversation though the user’s words are known late', () => {
    const lines = linesOf(
      { type: 'input_audio_buffer.speech_started', item_id: 'a' },
      { type: `${PARKER}.delta`, item_id: 'b', delta: 'Hi' },
      { type: `${YOU}.completed`, item_id: 'a', transcript: 'Hello' },
    )
    assert.deepEqual(
      [...new Set(lines.map(({ id }) => id))].map(id => lines.findLast(line => line.id === id)),
      [
        { id: 'a', who: 'you', text: 'Hello', final: true },
        { id: 'b', who: 'parker', text: 'Hi', final: false },
      ],
    )
  })

  it('closes an interrupted answer, with the words there were', () => {
    const lines = linesOf({ type: `${PARKER}.delta`, item_id: 'b', delta: 'Well,' }, { type: 'response.done' })
    assert.deepEqual(lines.at(-1), { id: 'b', who: 'parker', text: 'Well,', final: true })
  })

  it('is not changed after its end, nor by events that are about something else', () => {
    const done = { type: `${YOU}.completed`, item_id: 'a', transcript: 'Yes' }
    assert.equal(linesOf(done, { ...done, transcript: 'No' }, { type: 'session.created' }).length, 1)
  })
})
