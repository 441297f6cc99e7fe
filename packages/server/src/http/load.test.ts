import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { ServiceError } from '../errors.ts'
import { requestFacts } from './facts.ts'
import { shedLag } from './load.ts'

/** What becomes of a visitor and an operator on a rated route, and of a visitor on another, with the event loop so late. */
async function answersAt(milliseconds: number) {
  const app = Fastify()
  requestFacts(app, {
    clock: { now: () => 0, mono: () => 0 },
    isOperator: authorization => authorization === 'operator',
    trust: { kind: 'none' },
    onForwardingIgnored: () => {},
  })
  shedLag(app, { milliseconds, stop: () => {} })
  app.get('/rated', { config: { rated: true } }, () => 'served')
  app.get('/other', () => 'served')
  app.setErrorHandler((error, _request, reply) => reply.send(error instanceof ServiceError ? error.type : error))
  const ask = async (url: string, authorization = '') => (await app.inject({ url, headers: { authorization } })).body
  return { visitor: await ask('/rated'), operator: await ask('/rated', 'operator'), elsewhere: await ask('/other') }
}

test('while the event loop is in time everyone is served', async () => {
  assert.deepEqual(await answersAt(400), { visitor: 'served', operator: 'served', elsewhere: 'served' })
})

test('where it is late, visitors that ask for tokens are refused, operators and probes are not', async () => {
  assert.deepEqual(await answersAt(600), { visitor: 'overloaded', operator: 'served', elsewhere: 'served' })
})
