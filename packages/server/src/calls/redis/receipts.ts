import { NOW, script } from '../../store/script.ts'
import type { Receipts } from '../store.ts'
import { fieldsOf, receiptOf } from './fields.ts'
import { CALL_KEPT_MS } from './kept.ts'
import type { Run } from './run.ts'

/** The time, and all fields of a call but its session, which may be long and which no reader of receipts needs. */
const RECEIPT_OF = `
local function receipt_of(id)
  local all, told = redis.call('HGETALL', 'parker:call:' .. id), {}
  if #all > 0 then told = {'now', now} end
  for i = 1, #all, 2 do
    if all[i] ~= 'session' then
      table.insert(told, all[i])
      table.insert(told, all[i + 1])
    end
  end
  return told
end
`

/** Answers the fields of a receipt. */
export const READ = script(`${NOW}${RECEIPT_OF}
return receipt_of(ARGV[1])
`)

/**
 * `from` is exclusive; rows that are older than `kept` are let go. Answers {where the next page begins or '', {call, its
 * receipt's fields}, {call, its receipt's fields}, …}, newest first. A receipt may lapse long before the row that leads to
 * it; such a row is no end of the list, and leaves it.
 */
export const PAGE = script(`${NOW}${RECEIPT_OF}
local from, most, kept = ARGV[1], tonumber(ARGV[2]), ARGV[3]
redis.call('ZREMRANGEBYSCORE', 'parker:calls', '-inf', (now - kept) * 1000)
local rows = redis.call('ZREVRANGEBYSCORE', 'parker:calls', from, '-inf', 'WITHSCORES', 'LIMIT', 0, most + 1)
local found = {''}
if #rows > 2 * most then found[1] = rows[2 * most] end
for i = 1, math.min(#rows, 2 * most), 2 do
  local told = receipt_of(rows[i])
  if #told > 0 then
    table.insert(found, {rows[i], told})
  else
    redis.call('ZREM', 'parker:calls', rows[i])
  end
end
return found
`)

export function redisReceipts(run: Run, historyMs: number): Receipts {
  return {
    async receipt(id) {
      const fields = fieldsOf(await run(READ, id))
      return fields.started === undefined ? undefined : receiptOf(id, fields)
    },
    async page(before, count) {
      const from = before === undefined ? '+inf' : `(${before}`
      const answer = await run(PAGE, from, count, historyMs + CALL_KEPT_MS)
      const [next, ...found] = answer as [string, ...[id: string, told: string[]][]]
      const receipts = found.map(([id, told]) => receiptOf(id, fieldsOf(told)))
      return { receipts, next: next === '' ? undefined : Number(next) }
    },
  }
}
