import assert from 'node:assert/strict'
import { it } from 'node:test'
import { placeCall } from './harness/call-client.ts'
import { callsStage, ended } from './harness/calls-stage.ts'

it('a call that the service is never let into is hung up after 30 s, and not before', async t => {
  const { service, openai } = await callsStage(t)
  openai.behave({ sideband: () => false })
  const { id } = await placeCall(service.url)
  const { reason, seconds } = await ended(service, id)
  assert.equal(reason, 'unobserved')
  assert.ok(Number(seconds) >= 30, `${seconds} s`)
  assert.ok(openai.hangUps.includes(id))
})
