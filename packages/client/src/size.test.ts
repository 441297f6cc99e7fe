import assert from 'node:assert/strict'
import { it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { bundleClient } from '../build/bundle.ts'

it('the whole client is at most 8 kB, minified and gzipped, and needs nothing else', async () => {
  const code = await bundleClient()
  const bytes = gzipSync(code, { level: 9 }).length
  assert.ok(bytes <= 8000, `${bytes} bytes`)
  assert.doesNotMatch(code, /\bimport\b/)
})
