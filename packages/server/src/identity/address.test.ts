import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import { trustProxy } from '../config/trust-proxy.ts'
import { addressClass, clientAddress, hasForwardingHeader, isForwardedHttps, locateClient } from './address.ts'

const SOCKET = '192.0.2.99'

/** Who is counted, for a request from `SOCKET` with this `X-Forwarded-For`. */
const counted = (trust: string, forwardedFor?: string, socket: string | undefined = SOCKET) =>
  clientAddress(socket, forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }, trustProxy(trust))

const addresses = fc.oneof(fc.ipV4(), fc.constantFrom('198.51.100.1', '198.51.100.2'))
const rubbish = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.string({ maxLength: 80 }).map(text => text.replaceAll(',', ';')),
)

describe('with no trusted proxy', () => {
  it('the socket counts, whatever the headers say', () => {
    assert.equal(counted('none', '203.0.113.7'), SOCKET)
    const headers = { 'x-real-ip': '203.0.113.7', forwarded: 'for=203.0.113.7' }
    assert.equal(clientAddress(SOCKET, headers, trustProxy('none')), SOCKET)
  })

  it('an IPv4 socket inside IPv6 counts as IPv4', () => {
    assert.equal(counted('none', undefined, '::ffff:192.0.2.99'), SOCKET)
  })

  it('an IPv6 socket counts by its /64', () => {
    const neighbours = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0db8:0001:0002::2']
    const [first, ...others] = neighbours.map(socket => counted('none', undefined, socket))
    for (const other of others) assert.equal(other, first)
    assert.notEqual(counted('none', undefined, '2001:db8:1:3::1'), first)
    assert.equal(counted('none', undefined, 'fe80::1%eth0'), counted('none', undefined, 'fe80::2%lo'))
  })

  it('a socket that has gone still has a name', () => {
    assert.equal(clientAddress(undefined, {}, trustProxy('none')), 'unknown')
    assert.equal(clientAddress(undefined, {}, trustProxy('1')), 'unknown')
  })
})

describe('with a number of trusted hops', () => {
  it('the entry counts that the outermost trusted proxy wrote', () => {
    assert.equal(counted('1', '203.0.113.7'), '203.0.113.7')
    assert.equal(counted('1', '6.6.6.6, 203.0.113.7'), '203.0.113.7')
    assert.equal(counted('2', '6.6.6.6, 203.0.113.7, 10.0.0.1'), '203.0.113.7')
    assert.equal(counted('3', '6.6.6.6,203.0.113.7,10.0.0.1,10.0.0.2'), '203.0.113.7')
  })

  it('nothing left of that entry changes anything', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(rubbish), fc.array(addresses), (hops, forged, others) => {
        const chain = ['203.0.113.7', ...others.slice(0, hops - 1)]
        const padded = [...chain, ...Array.from({ length: hops - chain.length }, () => '10.0.0.1')]
        assert.equal(counted(String(hops), [...forged, ...padded].join(', ')), '203.0.113.7')
      }),
    )
  })

  it('the socket counts where there are fewer entries than hops', () => {
    assert.equal(counted('1'), SOCKET)
    assert.equal(counted('1', ''), SOCKET)
    assert.equal(counted('2', '203.0.113.7'), SOCKET)
    assert.equal(counted('3', '6.6.6.6, 203.0.113.7'), SOCKET)
  })

  it('entries are read with ports, brackets and spaces', () => {
    assert.equal(counted('1', '203.0.113.7:51234'), '203.0.113.7')
    assert.equal(counted('1', '  203.0.113.7\t'), '203.0.113.7')
    assert.equal(counted('1', '::ffff:203.0.113.7'), '203.0.113.7')
    assert.equal(counted('1', '[::ffff:203.0.113.7]:443'), '203.0.113.7')
    const plain = counted('1', '2001:db8:1:2::1')
    for (const entry of ['[2001:db8:1:2::1]', '[2001:db8:1:2::1]:443', '2001:DB8:1:2:0:0:0:1', '2001:db8:1:2::beef'])
      assert.equal(counted('1', entry), plain, entry)
  })

  it('the socket counts where the entry is no address', () => {
    const garbage = [
      'unknown',
      '_hidden',
      '1',
      '1.2.3',
      '0x7f.1',
      '999.1.1.1',
      '127.1',
      'x'.repeat(5000),
      '[::1',
      '::1]',
    ]
    for (const entry of [...garbage, '1.2.3.4.5', '1.2.3.4:port', '<script>', '2130706433', '-', ':::', '1.2.3.4%0'])
      assert.equal(counted('1', entry), SOCKET, entry)
  })

  it('any header at all gives an address, an /64 or the socket, and never an error', () => {
    fc.assert(
      fc.property(fc.array(rubbish), fc.integer({ min: 1, max: 4 }), (entries, hops) => {
        assert.match(counted(String(hops), entries.join(',')), /^(\d+\.\d+\.\d+\.\d+|[\da-f:]+::\/64)$/)
      }),
    )
  })
})

describe('with trusted networks', () => {
  const NETWORKS = '10.0.0.0/8,fd00::/8'

  it('the first address from the right that is not in them counts', () => {
    assert.equal(counted(NETWORKS, '6.6.6.6, 203.0.113.7, 10.1.1.1', '10.0.0.1'), '203.0.113.7')
    assert.equal(counted(NETWORKS, '6.6.6.6, 203.0.113.7, fd00::1', '10.0.0.1'), '203.0.113.7')
    assert.equal(counted(NETWORKS, '203.0.113.7', '::ffff:10.0.0.1'), '203.0.113.7')
    assert.equal(counted(NETWORKS, '203.0.113.7:8080', 'fd00::5'), '203.0.113.7')
  })

  it('a socket outside them is the client, whatever it forwards', () => {
    assert.equal(counted(NETWORKS, '203.0.113.7', SOCKET), SOCKET)
  })

  it('a chain of nothing but proxies ends at the leftmost of them', () => {
    assert.equal(counted(NETWORKS, '10.9.9.9, 10.1.1.1', '10.0.0.1'), '10.9.9.9')
    assert.equal(counted(NETWORKS, undefined, '10.0.0.1'), '10.0.0.1')
  })

  it('what is no address ends the chain at the proxy that passed it on', () => {
    assert.equal(counted(NETWORKS, '203.0.113.7, unknown, 10.1.1.1', '10.0.0.1'), '10.1.1.1')
  })

  it('nothing left of the client changes anything', () => {
    fc.assert(
      fc.property(fc.array(rubbish), fc.array(fc.constantFrom('10.1.1.1', 'fd00::1')), (forged, proxies) => {
        const chain = [...forged, '203.0.113.7', ...proxies]
        assert.equal(counted(NETWORKS, chain.join(','), '10.0.0.1'), '203.0.113.7')
      }),
    )
  })
})

describe('on Railway', () => {
  it('X-Real-IP counts, and X-Forwarded-For does not', () => {
    const headers = { 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '6.6.6.6' }
    assert.equal(clientAddress('100.64.0.1', headers, trustProxy('railway')), '203.0.113.7')
  })

  it('the socket counts where X-Real-IP is missing or no address', () => {
    for (const headers of [{}, { 'x-real-ip': 'unknown' }, { 'x-forwarded-for': '6.6.6.6' }])
      assert.equal(clientAddress('100.64.0.1', headers, trustProxy('railway')), '100.64.0.1')
  })
})

describe('a proxy in front', () => {
  it('shows by any of three headers', () => {
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded'])
      assert.equal(hasForwardingHeader({ [name]: 'x' }), true, name)
    assert.equal(hasForwardingHeader({ host: 'x', origin: 'x' }), false)
  })

  it('is believed about https only where one is trusted', () => {
    const https = { 'x-forwarded-proto': 'https' }
    assert.equal(isForwardedHttps('10.1.2.3', https, trustProxy('none')), false)
    assert.equal(isForwardedHttps('10.1.2.3', https, trustProxy('1')), true)
    assert.equal(isForwardedHttps('10.1.2.3', https, trustProxy('railway')), true)
    assert.equal(isForwardedHttps('10.1.2.3', { 'x-forwarded-proto': 'http' }, trustProxy('1')), false)
    assert.equal(isForwardedHttps('10.1.2.3', {}, trustProxy('1')), false)
    assert.equal(isForwardedHttps('10.1.2.3', { 'x-forwarded-proto': 'HTTPS' }, trustProxy('1')), true)
  })

  it('is believed about https by what the outermost trusted one said', () => {
    const list = { 'x-forwarded-proto': 'https, http' }
    assert.equal(isForwardedHttps('10.1.2.3', list, trustProxy('1')), false)
    assert.equal(isForwardedHttps('10.1.2.3', list, trustProxy('2')), true)
    assert.equal(isForwardedHttps('10.1.2.3', { 'x-forwarded-proto': 'https' }, trustProxy('2')), true)
  })
})

test('where an address came from is told', () => {
  const header = (trust: string, headers: Record<string, string>, socket = SOCKET) =>
    locateClient(socket, headers, trustProxy(trust)).header
  const both = { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.8' }
  assert.equal(header('none', both), null)
  assert.equal(header('1', both), 'x-forwarded-for')
  assert.equal(header('2', both), null)
  assert.equal(header('railway', both), 'x-real-ip')
  assert.equal(header('railway', {}), null)
  assert.equal(header('192.0.2.0/24', both), 'x-forwarded-for')
  assert.equal(header('10.0.0.0/8', both), null)
})

test('addresses are sorted into loopback, private and public', () => {
  const classes = {
    loopback: ['127.0.0.1', '::1', '::ffff:127.0.0.9', '0:0:0:0::/64'],
    private: [
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.1.1',
      'fd00::1',
      'fe80::1%eth0',
      'fd00:0:0:0::/64',
    ],
    public: ['203.0.113.7', '8.8.8.8', '2001:db8:1:2::/64', '2606:4700::1111'],
    unknown: ['unknown', '', '0.0.0.0', '::', undefined],
  }
  for (const [name, addresses] of Object.entries(classes))
    for (const address of addresses) assert.equal(addressClass(address), name, address)
})
