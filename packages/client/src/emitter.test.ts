import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createEmitter } from './emitter.ts'

it('a listener’s mistake is reported as browsers do, and keeps nothing from other listeners', t => {
  const reported: unknown[] = []
  // Browsers have it, Node does not.
  globalThis.reportError = error => reported.push(error)
  t.after(() => Reflect.deleteProperty(globalThis, 'reportError'))
  const { on, emit } = createEmitter<{ level: number }>()
  const heard: number[] = []
  const mistake = new Error('a typo')
  on('level', () => {
    throw mistake
  })
  on('level', level => heard.push(level))
  emit('level', 1)
  assert.deepEqual([reported, heard], [[mistake], [1]])
})
