import assert from 'node:assert/strict'
import { it } from 'node:test'
import Fastify from 'fastify'
import { docsRoutes } from './docs.ts'

it('answers once it can, after what answers had failed to load', async () => {
  const app = Fastify()
  let tries = 0
  docsRoutes(app, {
    async addRoutes() {
      if (tries++ === 0) throw new Error('not this time')
    },
    unified: false,
  })
  assert.equal((await app.inject('/openapi.json')).statusCode, 500)
  assert.equal((await app.inject('/openapi.json')).statusCode, 200)
  await app.close()
})
