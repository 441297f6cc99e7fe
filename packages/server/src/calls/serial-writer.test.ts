import assert from 'node:assert/strict'
import { it } from 'node:test'
import { serialWriter } from './serial-writer.ts'

it('keeps nobody waiting for more than the write under way and the next', async () => {
  const writes: PromiseWithResolvers<void>[] = []
  const flush = serialWriter(
    () => {
      writes.push(Promise.withResolvers())
      return writes.at(-1)?.promise ?? Promise.reject()
    },
    () => {},
  )
  const settled = () => new Promise(resolve => setImmediate(resolve))
  void flush()
  await settled()
  const all = Promise.all(Array.from({ length: 10 }, flush))
  await settled()
  assert.equal(writes.length, 1)
  writes[0]?.reject(new Error('missed'))
  await settled()
  assert.equal(writes.length, 2)
  writes[1]?.resolve()
  await all
  void flush()
  await settled()
  assert.equal(writes.length, 3)
})
