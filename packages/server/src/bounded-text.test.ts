import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundedText } from './bounded-text.ts'

/** An answer that comes in these pieces, and whether the rest of it was given up. */
function answerIn(...pieces: Uint8Array[]) {
  const state = { cancelled: false }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
    cancel() {
      state.cancelled = true
    },
  })
  return { response: new Response(body), state }
}

test('a text of as many bytes as may be is read whole, also where a character falls apart', async () => {
  const [first, rest] = [Buffer.from('é').subarray(0, 1), Buffer.from('é!').subarray(1)]
  assert.equal(await boundedText(answerIn(first, rest).response, 3), 'é!')
  assert.equal(await boundedText(new Response(null), 0), '')
})

test('of a longer one there is nothing, and its end is not waited for', async () => {
  const { response, state } = answerIn(Buffer.from('abc'), Buffer.from('d'), Buffer.from('e'))
  assert.equal(await boundedText(response, 3), undefined)
  assert.equal(state.cancelled, true)
})
