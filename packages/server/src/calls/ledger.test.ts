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

it('writes all that it owes at once, and again only what failed', async () => {
  const written: string[] = []
  const answers: PromiseWithResolvers<void>[] = []
  const ledger = usageLedger(
    ({ name }) => {
      written.push(name)
      answers.push(Promise.withResolvers())
      return answers.at(-1)?.promise ?? Promise.reject()
    },
    () => {},
  )
  const settled = () => new Promise(resolve => setImmediate(resolve))
  ledger.add(usd(1), 'resp_1')
  await settled()
  for (const id of ['resp_2', 'resp_3', 'resp_4']) ledger.add(usd(1), id)
  const flushed = ledger.flush()
  answers[0]?.reject(new Error('too late'))
  await settled()
  const all = ['resp_1', 'resp_2', 'resp_3', 'resp_4']
  assert.deepEqual(written.splice(0), ['resp_1', ...all], 'also what nobody has answered yet')
  answers[3]?.reject(new Error('too late'))
  for (const { resolve } of answers) resolve()
  await flushed
  void ledger.flush()
  await settled()
  assert.deepEqual(written, ['resp_3'])
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
