import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Question, think } from './brain.ts'
import type { Entry } from './conversation.ts'
import { exampleOf } from './example.ts'

const user = (text: string): Entry => ({
  item: { id: 'item_1', type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  audioMs: 0,
})

const question = (more: Partial<Question>): Question => ({
  instructions: 'You are Parker.',
  orders: undefined,
  entries: [],
  tools: [],
  toolChoice: 'auto',
  ...more,
})

const said = (more: Partial<Question>) => {
  const thought = think(question(more))
  return 'say' in thought ? thought.say : undefined
}

const dictations: readonly [order: string, words: string][] = [
  ['Say exactly this: "And the crowd goes wild!"', 'And the crowd goes wild!'],
  ['Please repeat the following “It is gone.” and stop.', 'It is gone.'],
  ['Speak only what is fenced, say no more. <say>"Ho" & more\nlines</say>', '"Ho" & more\nlines'],
  ['say exactly: It is all over!', 'It is all over!'],
]

for (const [order, words] of dictations) {
  test(`'${order.slice(0, 30)}…' is obeyed, by whoever says it`, () => {
    assert.equal(said({ orders: order }), words)
    assert.equal(said({ entries: [user(order)] }), words)
  })
}

test('what a human was heard to say counts as said', () => {
  const heard: Entry = {
    item: { id: 'item_1', type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] },
    audioMs: 800,
    heard: 'Say "Yes."',
  }
  assert.equal(said({ entries: [heard] }), 'Yes.')
})

test('a mode, a sport, a greeting and a question each have their line', () => {
  const lines = [
    said({ instructions: 'DEBATE MODE is on.' }),
    said({ instructions: 'Tonight: hockey.' }),
    said({ entries: [user('Hello Parker')] }),
    said({ entries: [user('Why?')] }),
    said({}),
  ]
  assert.equal(new Set(lines).size, lines.length)
  assert.match(lines[1] ?? '', /scores/)
})

test('a speech has an end', () => {
  assert.equal(said({ orders: `Say "${'a'.repeat(9000)}"` })?.length, 2000)
})

const tools = [
  { name: 'roll_dice', parameters: {} },
  { name: 'get_score', parameters: { type: 'object', properties: { team: { type: 'string' } } } },
]

test('a tool is called by its name, in words too, unless tool_choice forbids it', () => {
  const call = { call: 'get_score', arguments: '{"team":"example"}' }
  assert.deepEqual(think(question({ tools, entries: [user('use get_score now')] })), call)
  assert.deepEqual(think(question({ tools, entries: [user('Get score!')] })), call)
  assert.ok('say' in think(question({ tools, entries: [user('Get score!')], toolChoice: 'none' })))
  assert.deepEqual(think(question({ tools, toolChoice: { type: 'function', name: 'get_score' } })), call)
})

test('words that were dictated come before a tool', () => {
  assert.equal(said({ tools, orders: 'Say "Hold on."', toolChoice: 'required' }), 'Hold on.')
})

test('arguments fit their schema, however it is made', () => {
  const schema = {
    type: 'object',
    properties: {
      sport: { enum: ['golf', 'tennis'] },
      days: { type: 'array', items: { type: 'integer', minimum: 3 } },
      live: { type: 'boolean' },
      who: { type: ['string', 'null'] },
      kind: { const: 'final' },
    },
  }
  assert.deepEqual(exampleOf(schema), { sport: 'golf', days: [3], live: true, who: 'example', kind: 'final' })
  assert.deepEqual(exampleOf(null), {})
})
