import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createLossWatch } from './loss.ts'

it('a line that loses more than a twentieth is told of once, a few lost packets are not', () => {
  let times = 0
  const judge = createLossWatch(() => times++)
  const at = (packets_received: number, packets_lost: number) =>
    judge({ packets_received, packets_lost, jitter_ms: 0, concealed_share: 0 })
  at(20, 5)
  at(200, 5)
  at(400, 10)
  assert.equal(times, 0)
  at(500, 40)
  at(600, 80)
  assert.equal(times, 1)
})
