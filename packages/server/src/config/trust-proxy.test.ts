import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BadValue } from './parse.ts'
import { trustProxy } from './trust-proxy.ts'

describe('TRUST_PROXY', () => {
  it('is none, railway, or a number of hops', () => {
    assert.deepEqual(trustProxy('none'), { kind: 'none' })
    assert.deepEqual(trustProxy('railway'), { kind: 'railway' })
    assert.deepEqual(trustProxy('1'), { kind: 'hops', hops: 1 })
    assert.deepEqual(trustProxy('12'), { kind: 'hops', hops: 12 })
  })

  it('is a list of networks or single addresses, of either family', () => {
    for (const value of ['10.0.0.0/8', '10.0.0.0/8,fd00::/8', '["10.0.0.0/8","192.0.2.1"]', '::1']) {
      assert.equal(trustProxy(value).kind, 'networks', value)
    }
    const single = trustProxy('192.0.2.1')
    assert.ok(single.kind === 'networks')
    assert.equal(single.networks[0]?.[1], 32)
  })

  it('takes an IPv4 network in its IPv6 form for what it is, since addresses are compared so', () => {
    for (const [mapped, plain] of [
      ['::ffff:127.0.0.0/104', '127.0.0.0/8'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['::ffff:192.0.2.1/128', '192.0.2.1/32'],
    ] as const)
      assert.equal(JSON.stringify(trustProxy(mapped)), JSON.stringify(trustProxy(plain)), mapped)
  })

  it('is refused where it would believe everybody', () => {
    for (const value of ['0.0.0.0/0', '::/0', '::ffff:0:0/96', '10.0.0.0/8,0.0.0.0/0'])
      assert.throws(() => trustProxy(value), /every address/)
  })

  it('is refused when it is none of these', () => {
    const bad = [
      'true',
      'yes',
      'all',
      '*',
      '-1',
      '1.5',
      '100',
      '1000000',
      '0x1',
      '10.0.0.0/33',
      '10.0.0/8',
      'fd00::/129',
    ]
    for (const value of [...bad, '10.0.0.0/8,true', '10.0.0.0/', 'loopback', 'Railway', 'NONE', '1 2'])
      assert.throws(() => trustProxy(value), BadValue, `${value} was taken`)
  })
})
