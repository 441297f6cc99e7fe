import type { Mutant } from '../mutant.ts'

const SRC = 'packages/server/src'
const INSTANCES = 'test/calls-instances.test.ts'
const TICKETS = 'test/calls-tickets.test.ts'
const ROOM = 'test/calls-room.test.ts'
const REDIS_STORE = `${SRC}/calls/redis/store.test.ts`
const CONFIG = `${SRC}/config/config.test.ts`
const TAKEN_OVER = 'another instance takes over the calls of one that was killed'

/** Several instances, and what becomes of calls when one stops or dies. */
export const INSTANCE_MUTANTS: readonly Mutant[] = [
  {
    promise: 'the calls of a dead instance are taken over',
    file: `${SRC}/calls/tending.ts`,
    from: '      if (!draining) await takeOver()\n',
    to: '',
    test: INSTANCES,
    named: TAKEN_OVER,
  },
  {
    promise: 'a call that cannot be watched keeps no other from being taken over',
    file: `${SRC}/calls/tending.ts`,
    from: "        void keeper.end(call.id, 'unobserved')\n",
    to: '        throw error\n',
    test: `${SRC}/calls/tending.test.ts`,
    named: 'cannot be watched',
  },
  {
    promise: 'a session that another release has written is not believed unseen',
    file: `${SRC}/calls/redis/fields.ts`,
    from: "const needed = [['model', 'served'], ['voice'], ['difficulty'], ['instructions']]",
    to: 'const needed: string[][] = []',
    test: REDIS_STORE,
    named: 'shape',
  },
  {
    promise: 'what a call uses while it is handed over counts',
    file: `${SRC}/calls/tending.ts`,
    from: '    await sleep(Math.max(0, Math.min(JOINED_MS, untilMs - LAST_HANG_UPS_MS - mono())))\n    await reportBy(untilMs)\n',
    to: '',
    test: `${SRC}/calls/tending.test.ts`,
    named: 'before and after they are handed over',
  },
  {
    promise: 'what a call had cost before it was taken over counts',
    file: `${SRC}/calls/redis/fields.ts`,
    from: 'ageMs, idleMs, usage, drifts }',
    to: 'ageMs, idleMs, usage: { ...usage, usd: 0 }, drifts }',
    test: INSTANCES,
    named: TAKEN_OVER,
  },
  {
    promise: 'what was put back before a call was taken over counts',
    file: `${SRC}/calls/redis/fields.ts`,
    from: 'idleMs, usage, drifts }',
    to: 'idleMs, usage, drifts: 0 * drifts }',
    test: REDIS_STORE,
  },
  {
    promise: 'a call that Redis has forgotten keeps its cost and its drifts',
    file: `${SRC}/calls/redis/fields.ts`,
    from: '...told.flat(), ...counted]',
    to: '...told.flat()]',
    test: REDIS_STORE,
  },
  {
    promise: 'due times of calls taken over are kept: the age',
    file: `${SRC}/calls/redis/fields.ts`,
    from: 'const ageMs = Math.max(0, now - Number(fields.started))',
    to: 'const ageMs = Math.min(0, now - Number(fields.started))',
    test: REDIS_STORE,
  },
  {
    promise: 'due times go by the clock of Redis: the age',
    file: `${SRC}/calls/redis/fields.ts`,
    from: 'const ageMs = Math.max(0, now - Number(fields.started))',
    to: 'const ageMs = Math.max(0 * now, Date.now() - Number(fields.started))',
    test: REDIS_STORE,
  },
  {
    promise: 'due times go by the clock of Redis: the time without the human',
    file: `${SRC}/calls/redis/fields.ts`,
    from: 'const idleMs = Math.max(0, now - Number(fields.human))',
    to: 'const idleMs = Math.max(0, Date.now() - Number(fields.human))',
    test: REDIS_STORE,
  },
  {
    promise: 'a call that cannot be watched is hung up by who takes it over',
    file: `${SRC}/calls/keeper.ts`,
    from: '    if (call.reason) void end(call.id, call.reason)\n',
    to: '',
    test: INSTANCES,
    named: 'a call whose session cannot be read',
  },
  {
    promise: 'an end that was begun by an instance that died is carried out',
    file: `${SRC}/calls/keeper.ts`,
    from: "      if (states[i] === 'ending') void end(call.id, 'ended')\n",
    to: '',
    test: INSTANCES,
    named: 'an end that another instance did not live to see',
  },
  {
    promise: 'on shutdown calls pass to another instance',
    file: `${SRC}/calls/tending.ts`,
    from: 'const left = await by(',
    to: 'const left = ids.length < 0 && await by(',
    test: INSTANCES,
    named: 'calls are left to another instance on shutdown',
  },
  {
    promise: 'on shutdown calls are hung up where Redis is away',
    file: `${SRC}/calls/tending.ts`,
    from: 'store.handOver(ids), false)',
    to: 'store.handOver(ids), true)',
    test: INSTANCES,
    named: 'calls are hung up on shutdown while Redis is away',
  },
  {
    promise: 'the last instance hangs up',
    file: `${SRC}/calls/tending.ts`,
    from: 'await endAll(hangUpAt)\n',
    to: 'await round\n',
    test: INSTANCES,
    named: 'calls are left to another instance on shutdown',
  },
  {
    promise: 'the end of a call is told once, by one instance',
    file: `${SRC}/calls/redis/accounts.ts`,
    from: 'if ended or not ticket then return {} end',
    to: 'if not ticket then return {} end',
    test: INSTANCES,
    named: 'any instance reads, lists and ends the calls of another',
  },
  {
    promise: 'each call ends for one reason, the first: in Redis',
    file: `${SRC}/calls/redis/accounts.ts`,
    from: "redis.call('HSETNX', call, 'reason', reason)",
    to: "redis.call('HSET', call, 'reason', reason)",
    test: REDIS_STORE,
  },
  {
    promise: 'the start says what a crash without Redis leaves behind',
    file: `${SRC}/config/remarks.ts`,
    from: "values.CALL_MODE === 'unified' && !values.REDIS_URL,",
    to: "values.CALL_MODE === 'ephemeral' && !values.REDIS_URL,",
    test: CONFIG,
    named: 'need no pool, and warn where one process alone knows of them',
  },
  {
    promise: 'an ended call gives its room back: in memory',
    file: `${SRC}/calls/memory/accounts.ts`,
    from: '      slots.delete(receipt.ticketHash)\n',
    to: '',
    test: TICKETS,
    named: 'first all calls count',
  },
  {
    promise: 'an ended call gives its room back: in Redis',
    file: `${SRC}/calls/redis/accounts.ts`,
    from: 'free_slot(ticket, client)\n',
    to: '',
    test: ROOM,
    named: 'in Redis: the room of a call',
  },
  {
    promise: 'an ended call gives its client room back: in Redis',
    file: `${SRC}/calls/redis/accounts.ts`,
    from: 'free_slot(ticket, client)',
    to: 'free_slot(ticket, nil)',
    test: ROOM,
    named: 'in Redis: the room of a call',
  },
]

const ADDRESSES = 'where browsers are sent'
const BY_DEFAULT = 'have the defaults that are promised'

/** Settings of the section, and what is not there in ephemeral mode. */
export const SETTING_MUTANTS: readonly Mutant[] = [
  {
    promise: 'in ephemeral mode the paths are 404',
    file: `${SRC}/service.ts`,
    from: "if (parts.config.CALL_MODE !== 'unified') return null",
    to: 'if (parts.config.MAX_CALLS === 0) return null',
    test: TICKETS,
    named: 'its paths do not exist in ephemeral mode',
  },
  {
    promise: 'PUBLIC_URL builds web_rtc_url',
    file: `${SRC}/http/own-address.ts`,
    from: '  if (config.PUBLIC_URL !== undefined) return config.PUBLIC_URL\n',
    to: '',
    test: TICKETS,
    named: ADDRESSES,
  },
  {
    promise: 'without it Railway’s domain does',
    file: `${SRC}/config/config.ts`,
    from: '{ PUBLIC_URL: `https://${RAILWAY_PUBLIC_DOMAIN}` }',
    to: '{ PUBLIC_URL: undefined }',
    test: TICKETS,
    named: ADDRESSES,
  },
  {
    promise: 'PUBLIC_URL goes before Railway’s domain',
    file: `${SRC}/config/config.ts`,
    from: '(RAILWAY_PUBLIC_DOMAIN && !PUBLIC_URL ?',
    to: '(RAILWAY_PUBLIC_DOMAIN ?',
    test: TICKETS,
    named: ADDRESSES,
  },
  {
    promise: 'without both the Host of the request does',
    file: `${SRC}/http/own-address.ts`,
    from: ', headers.host]',
    to: ']',
    test: TICKETS,
    named: ADDRESSES,
  },
  {
    promise: 'a trusted proxy’s word on the host counts',
    file: `${SRC}/http/own-address.ts`,
    from: 'forwardedHost(socket.remoteAddress, headers, config.TRUST_PROXY), ',
    to: '',
    test: TICKETS,
    named: ADDRESSES,
  },
  {
    promise: 'a trusted proxy’s word on https counts',
    file: `${SRC}/http/own-address.ts`,
    from: "? 'https' : 'http'",
    to: "? 'http' : 'http'",
    test: TICKETS,
    named: ADDRESSES,
  },
  {
    promise: 'a stranger’s word on https does not count',
    file: `${SRC}/http/own-address.ts`,
    from: 'isForwardedHttps(socket.remoteAddress, headers, config.TRUST_PROXY) ?',
    to: "headers['x-forwarded-proto'] === 'https' ?",
    test: TICKETS,
    named: ADDRESSES,
  },
  {
    promise: 'a stranger’s word on the host does not count',
    file: `${SRC}/identity/address.ts`,
    from: 'isTrusted(socketAddress, trust) ? toldBy(',
    to: 'trust ? toldBy(',
    test: TICKETS,
    named: ADDRESSES,
  },
  ...(
    [
      ['CALL_MODE', "default: 'ephemeral',\n      example: 'unified'", "default: 'unified',\n      example: 'unified'"],
      [
        'MAX_CALLS',
        "default: '100',\n      example: '100',\n      doc: 'Calls at once.'",
        "default: '1000',\n      example: '100',\n      doc: 'Calls at once.'",
      ],
      [
        'MAX_CALLS_PER_CLIENT',
        "default: '2',\n      example: '2',\n      doc: 'Calls at once of",
        "default: '3',\n      example: '2',\n      doc: 'Calls at once of",
      ],
      [
        'MAX_CALL_SECONDS',
        "default: '600',\n      example: '600',\n      doc: 'The longest call",
        "default: '900',\n      example: '600',\n      doc: 'The longest call",
      ],
      [
        'CALL_IDLE_SECONDS',
        "default: '60',\n      example: '60',\n      doc: 'Seconds without the human",
        "default: '90',\n      example: '60',\n      doc: 'Seconds without the human",
      ],
      ['MAX_CALL_USD', "default: '0',\n      example: '0.50'", "default: '1',\n      example: '0.50'"],
      ['DAILY_USD_BUDGET', "default: '0',\n      example: '50'", "default: '1',\n      example: '50'"],
      ['CLIENT_DAILY_USD', "default: '0',\n      example: '2'", "default: '1',\n      example: '2'"],
      ['CALL_DRIFT', "default: 'restore'", "default: 'hangup'"],
      ['CALL_HISTORY_SECONDS', "default: '86400',\n      example: '86400'", "default: '3600',\n      example: '86400'"],
    ] as const
  ).map(([name, from, to]) => ({
    promise: `the default of ${name}`,
    file: `${SRC}/config/settings.ts`,
    from,
    to,
    test: CONFIG,
    named: BY_DEFAULT,
  })),
  {
    promise: 'on shutdown a slow Redis keeps no call from being hung up in time',
    file: `${SRC}/calls/tending.ts`,
    from: 'await by(untilMs, keeper.report(false).catch(tellFault), undefined)',
    to: 'await keeper.report(false).catch(tellFault)',
    test: `${SRC}/calls/tending.test.ts`,
    named: 'a store that takes its time',
  },
]
