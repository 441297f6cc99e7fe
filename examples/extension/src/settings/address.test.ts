import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readAddress } from './address.ts'

describe("the service's address", () => {
  for (const [typed, origin] of [
    ['https://parker.example', 'https://parker.example'],
    ['  https://Parker.Example/  ', 'https://parker.example'],
    ['parker.example', 'https://parker.example'],
    ['https://parker.example:8443', 'https://parker.example:8443'],
    ['http://localhost:8000', 'http://localhost:8000'],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1:8000'],
    ['localhost:8000', 'http://localhost:8000'],
    ['LocalHost', 'http://localhost'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['https://localhost:8443', 'https://localhost:8443'],
    ['localhost.example', 'https://localhost.example'],
  ] as const)
    it(`${typed} is understood`, () => assert.deepEqual(readAddress(typed), { origin }))

  for (const [typed, problem] of [
    ['', /Type the address/],
    ['https://', /not an address/],
    ['https://a b', /there is a space/],
    ['parker.example :8443', /there is a space/],
    [`https://${'a'.repeat(300)}.example`, /not an address/],
    ['ftp://parker.example', /begin with https/],
    ['javascript://parker.example/%0aalert(1)', /begin with https/],
    ['http://parker.example', /Plain http/],
    ['http://localhost.evil.example', /Plain http/],
    ['https://me:secret@parker.example', /password/],
    ['https://parker.example/v1', /Leave out/],
    ['https://parker.example/?key=1', /Leave out/],
  ] as const)
    it(`${typed.slice(0, 40) || 'nothing'} is refused with a reason`, () =>
      assert.match(readAddress(typed).problem ?? '', problem))
})
