import { randomUUID } from 'node:crypto'
import { replyCode, type Store } from '../store/redis.ts'
import { script } from '../store/script.ts'
import { type Finding, finding } from './findings.ts'

/** Before anything is written: who may not set an expiry leaves nothing behind. */
const TRY_EXPIRIES = script(`
redis.call('EXPIRE', ARGV[1], 5)
redis.call('PEXPIRE', ARGV[1], 5000)
return 1
`)

/**
 * The other commands of the service's scripts, on keys of the doctor's own that are gone within seconds. Redis judges its
 * memory at the first write of a script only, so that is one which takes some.
 */
const TRY_ALL = script(`
local hash, set, sorted, text = ARGV[1] .. ':hash', ARGV[1] .. ':set', ARGV[1] .. ':sorted', ARGV[1] .. ':text'
local now = redis.call('TIME')[1]
redis.call('HSET', hash, 'a', 1)
redis.call('PEXPIRE', hash, 5000)
redis.call('HSETNX', hash, 'b', 1)
redis.call('HINCRBY', hash, 'a', 1)
redis.call('HINCRBYFLOAT', hash, 'a', 0.5)
redis.call('HGET', hash, 'a')
redis.call('HMGET', hash, 'a', 'b')
redis.call('HGETALL', hash)
redis.call('HDEL', hash, 'a', 'b')
redis.call('EXISTS', hash)
redis.call('SADD', set, 'a')
redis.call('PEXPIRE', set, 5000)
redis.call('ZADD', sorted, now, 'a')
redis.call('PEXPIRE', sorted, 5000)
redis.call('ZCARD', sorted)
redis.call('ZRANGEBYSCORE', sorted, '-inf', now, 'LIMIT', 0, 1)
redis.call('ZREVRANGEBYSCORE', sorted, now, '-inf', 'LIMIT', 0, 1)
redis.call('ZREM', sorted, 'a')
redis.call('ZREMRANGEBYSCORE', sorted, '-inf', now)
redis.call('SET', text, '1', 'NX', 'EX', 5)
redis.call('INCR', text)
redis.call('DECR', text)
redis.call('INCRBYFLOAT', text, 0.5)
redis.call('GET', text)
redis.call('PTTL', text)
return 1
`)

/** What to do, by what Redis answers; else as the table says. */
const FIXES: readonly [answer: RegExp, fix: string][] = [
  [/^READONLY/, 'Write the address of the primary in REDIS_URL: this is a replica that only reads.'],
  [/^OOM/, 'Give Redis more memory (maxmemory), or take out what others keep in it; the policy stays noeviction.'],
  [
    /^NOPERM|user executing the script|ACL failure/,
    'Let the user of REDIS_URL run all commands on keys that begin with parker: ACL SETUSER <user> ~parker:* +@all',
  ],
]

/** Whether Redis takes what the service writes. Rejects where it gives no answer. */
export async function checkWrites(run: Store['run'], at: string): Promise<Finding[]> {
  try {
    const key = `parker:doctor:${randomUUID()}`
    await run(TRY_EXPIRIES, [key])
    await run(TRY_ALL, [key])
    return []
  } catch (error) {
    const answer = refusal(error)
    if (answer === undefined) throw error
    const fix = FIXES.find(([pattern]) => pattern.test(answer))?.[1]
    return [finding('redis-unwritable', `${at} refuses what the service writes: ${answer}`, fix)]
  }
}

/** The longest answer that is told, characters. */
const MOST_TOLD = 160

/** What Redis itself answered, without where in the script. */
function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || replyCode(error) === undefined) return undefined
  return error.message.replace(/,? *script: [0-9a-f]{40}.*$/s, '').slice(0, MOST_TOLD)
}
