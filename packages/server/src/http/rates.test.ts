import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { test } from 'node:test'
import Fastify from 'fastify'
import type { Rates, Ruling } from '../limits/rates.ts'
import type { Facts } from './facts.ts'
import { rates } from './rates.ts'

const MINUTE = { allowed: true, limit: 10, remaining: 9, resetsIn: 60_000 }

/** An application whose limits rule when they are told to. */
async function slowlyRuled() {
  const asked = Promise.withResolvers<void>()
  const ruling = Promise.withResolvers<Ruling>()
  const limits: Rates = {
    rule() {
      asked.resolve()
      return ruling.promise
    },
  }
  const app = Fastify()
  app.decorateRequest('facts')
  app.addHook('onRequest', async request => {
    request.facts = { client: 'ann', operator: false } as Facts
  })
  rates(app, limits, () => 0)
  app.get('/', { config: { rated: true }, handler: async () => 'served' })
  const accepted = once(app.server, 'connection') as Promise<[Socket]>
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, asked: asked.promise, rule: ruling.resolve, accepted, port: (app.server.address() as AddressInfo).port }
}

async function ask(port: number): Promise<Socket> {
  const caller = connect(port, '127.0.0.1')
  await once(caller, 'connect')
  caller.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  return caller
}

test('what is reserved for a caller who has gone before the limits ruled is given back', async t => {
  const { app, asked, rule, accepted, port } = await slowlyRuled()
  t.after(() => app.close())
  const givenBack = Promise.withResolvers<void>()
  const caller = await ask(port)
  const [socket] = await accepted
  await asked
  const gone = once(socket, 'close')
  caller.destroy()
  await gone
  rule({ minute: MINUTE, day: { granted: true, giveBack: givenBack.resolve } })
  await givenBack.promise
})

test('what is reserved for a caller who is served is kept', async t => {
  const { app, asked, rule, port } = await slowlyRuled()
  t.after(() => app.close())
  let givenBack = 0
  const caller = await ask(port)
  await asked
  rule({ minute: MINUTE, day: { granted: true, giveBack: () => void givenBack++ } })
  const [answer] = await once(caller, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 200 /)
  caller.destroy()
  await app.close()
  assert.equal(givenBack, 0)
})
