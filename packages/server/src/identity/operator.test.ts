import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { Secret } from '../secret.ts'
import { operatorCheck } from './operator.ts'

const TOKEN = 'a-token-of-operators'
const isOperator = operatorCheck(new Secret(TOKEN))

it('an operator is who sends the token as a bearer token', () => {
  assert.equal(isOperator(`Bearer ${TOKEN}`), true)
  assert.equal(isOperator(`bearer ${TOKEN}`), true)
})

it('nobody else is', () => {
  const bad = [undefined, '', 'Bearer', 'Bearer ', TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN} `, `Bearer ${TOKEN}x`]
  for (const authorization of [...bad, `Bearer ${TOKEN.slice(1)}`, `Bearer ${TOKEN.toUpperCase()}`, `Bearer, ${TOKEN}`])
    assert.equal(isOperator(authorization), false, authorization)
})

it('no guess is taken for the token', () => {
  fc.assert(
    fc.property(fc.string(), guess => {
      assert.equal(isOperator(`Bearer ${guess}`), guess.replace(/^ +/, '') === TOKEN)
    }),
  )
})

it('there are no operators where there is no token', () => {
  for (const authorization of [undefined, '', 'Bearer ', 'Bearer undefined', 'Bearer null'])
    assert.equal(operatorCheck(undefined)(authorization), false)
})
