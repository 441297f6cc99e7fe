import assert from 'node:assert/strict'
import { it } from 'node:test'
import { noUsage, type Usage } from './call.ts'
import { usageLedger } from './ledger.ts'

const usd = (amount: number): Usage => ({ ...noUsage(), usd: amount, responses: 1 })

it('writes an entry whose fate it does not know again under its name, and later ones after it', async () => {
  const written: [name: string, usd: number][] = []
  let away = true
  let missed = 0
  const ledger = usageLedger(
    async ({ name, usage }) => {
      written.push([name, usage.usd])
      if (away) throw new Error('the store is away')
    },
    () => missed++,
  )
  ledger.add(usd(1), 'resp_1')
  await ledger.flush()
  ledger.add(usd(2), 'resp_2')
  ledger.add(usd(4), 'resp_3')
  away = false
  await ledger.flush()
  await ledger.flush()
  const settled = ['resp_1,1', 'resp_2,2', 'resp_3,4']
  assert.deepEqual(written.slice(-3).map(String), settled)
  assert.deepEqual(new Set(written.slice(0, -3).map(String)), new Set(['resp_1,1']))
  assert.ok(missed > 0)
})

it('gives each use a name of its own, also where OpenAI gave none or one that was there before', async () => {
  const names: string[] = []
  const ledger = usageLedger(
    async ({ name }) => void names.push(name),
    () => {},
  )
  for (const id of ['resp_1', undefined, 'resp_1', undefined, 'resp_1']) ledger.add(usd(1), id)
  await ledger.flush()
  assert.equal(new Set(names).size, 5)
})
