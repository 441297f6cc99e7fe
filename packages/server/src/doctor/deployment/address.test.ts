import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAddress, type Seen } from './address.ts'

const OWN = { address: '203.0.113.7', class: 'public', header: 'x-forwarded-for' } as const
const INSIDE = { address: '10.0.0.9', class: 'private', header: null } as const

/** One trusted proxy and a caller from outside, but for these changes. */
const seen = (changes: Partial<Seen> = {}): Seen => ({
  client: OWN,
  socket: { class: 'private' },
  trust_proxy: { kind: 'hops', hops: 1 },
  forwarded: { x_forwarded_for: 1, x_real_ip: false, forwarded: false },
  shared_limits: true,
  ...changes,
})

const forwarded = (x_forwarded_for: number, x_real_ip = false) => ({ x_forwarded_for, x_real_ip, forwarded: false })
const NONE = { kind: 'none', hops: null } as const
const NETWORKS = { kind: 'networks', hops: null } as const
const RAILWAY = { kind: 'railway', hops: null } as const

const CASES: [what: string, honest: Seen, id: string, fix: RegExp][] = [
  ['as many hops as proxies', seen(), 'address-right', /^$/],
  [
    'no proxy and none trusted',
    seen({ trust_proxy: NONE, client: { ...OWN, header: null }, forwarded: forwarded(0) }),
    'address-right',
    /^$/,
  ],
  [
    "Railway's edge",
    seen({ trust_proxy: RAILWAY, client: { ...OWN, header: 'x-real-ip' }, forwarded: forwarded(2, true) }),
    'address-right',
    /^$/,
  ],
  ['a proxy and none trusted', seen({ trust_proxy: NONE, client: INSIDE }), 'proxy-not-trusted', /TRUST_PROXY=1/],
  [
    'only X-Real-IP and none trusted',
    seen({ trust_proxy: NONE, client: INSIDE, forwarded: forwarded(0, true) }),
    'proxy-not-trusted',
    /X-Forwarded-For/,
  ],
  [
    'a proxy that says nothing',
    seen({ trust_proxy: NONE, client: INSIDE, forwarded: forwarded(0) }),
    'proxy-not-trusted',
    /X-Forwarded-For/,
  ],
  ['a proxy outside the networks', seen({ trust_proxy: NETWORKS, client: INSIDE }), 'proxy-not-trusted', /network/],
  [
    'networks that stop at an inner proxy',
    seen({ trust_proxy: NETWORKS, client: { ...INSIDE, header: 'x-forwarded-for' } }),
    'proxy-not-trusted',
    /every proxy/,
  ],
  ["Railway's rule elsewhere", seen({ trust_proxy: RAILWAY, client: INSIDE }), 'proxy-not-trusted', /TRUST_PROXY=1/],
  ['fewer hops than proxies', seen({ forwarded: forwarded(2) }), 'hops-too-few', /TRUST_PROXY=2/],
  ['more hops than proxies', seen({ trust_proxy: { kind: 'hops', hops: 40 } }), 'hops-too-many', /TRUST_PROXY=1/],
]
for (const [what, honest, id, fix] of CASES)
  test(`${what}: ${id}`, () => {
    const found = judgeAddress(honest, honest, true)
    assert.equal(found.id, id)
    assert.match(found.fix, fix)
  })

test('a made-up address that was taken goes before everything else', () => {
  const fooled = seen({ client: { ...OWN, address: '192.0.2.66' } })
  assert.equal(judgeAddress(seen({ trust_proxy: { kind: 'hops', hops: 2 } }), fooled, true).id, 'hops-too-many')
  assert.equal(judgeAddress(seen({ trust_proxy: NETWORKS }), fooled, true).id, 'address-forgeable')
})

test("on a private host an address from inside is the caller's own", () => {
  const near = seen({ trust_proxy: NONE, client: INSIDE, forwarded: forwarded(0) })
  assert.equal(judgeAddress(near, near, false).id, 'address-right')
})
