import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Secret } from '../secret.ts'
import { clientHasher } from './client-hash.ts'

const hash = clientHasher(new Secret('a-key-of-the-hashes'))

it('the same client has the same hash, and another client another', () => {
  assert.equal(hash('ip:203.0.113.7'), hash('ip:203.0.113.7'))
  assert.notEqual(hash('ip:203.0.113.7'), hash('ip:203.0.113.8'))
})

it('the hash depends on the key, so that addresses cannot be tried out without it', () => {
  assert.notEqual(clientHasher(new Secret('another-key-of-them'))('ip:203.0.113.7'), hash('ip:203.0.113.7'))
})

it('the hash is 128 bits in hex and shows nothing of the client', () => {
  assert.match(hash('sub:someone@example.com'), /^[0-9a-f]{32}$/)
})
