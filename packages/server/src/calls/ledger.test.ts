import assert from 'node:assert/strict'
import { it } from 'node:test'
import { noUsage, type Usage } from './call.ts'
import { usageLedger } from './ledger.ts'

const usd = (amount: number): Usage => ({ ...noUsage(), usd: amount, responses: 1 })

it('writes an entry whose fate it does not know again as it was, and later ones after it', async () => {
  const written: [number: number, usd: number][] = []
  let away = true
  let missed = 0
  const ledger = usageLedger(
    async ({ number, usage }) => {
      written.push([number, usage.usd])
      if (away) throw new Error('the store is away')
    },
    () => missed++,
  )
  ledger.add(usd(1))
  await ledger.flush()
  ledger.add(usd(2))
  ledger.add(usd(4))
  away = false
  await ledger.flush()
  await ledger.flush()
  const [first, ...rest] = written
  assert.deepEqual(first, [1, 1])
  assert.deepEqual(new Set(rest.map(String)), new Set(['1,1', '2,6']))
  assert.deepEqual(rest.at(-1), [2, 6])
  assert.ok(missed > 0)
})
