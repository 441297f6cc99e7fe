import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { type ReportSubject, reportKeyReader, reportKeySigner } from './report-key.ts'
import { Secret } from './secret.ts'

const SUBJECT: ReportSubject = {
  sessionId: 'sess_1',
  model: 'gpt-realtime',
  voice: 'verse',
  difficulty: 'easy',
  mode: undefined,
  issuedAt: 1_795_435_200,
}
const sign = reportKeySigner(new Secret('a-key-of-the-reports'))

describe('a report key', () => {
  it('is plain text that fits a header', () => {
    assert.match(sign(SUBJECT), /^rk_[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/)
  })

  it('says what it speaks for, and proves it by an HMAC', () => {
    const [payload = '', mac] = sign(SUBJECT).slice(3).split('.')
    assert.deepEqual(JSON.parse(Buffer.from(payload, 'base64url').toString()), [
      'sess_1',
      'gpt-realtime',
      'verse',
      'easy',
      null,
      1_795_435_200,
    ])
    assert.equal(mac, createHmac('sha256', 'a-key-of-the-reports').update(payload).digest('base64url'))
  })

  it('changes with everything it speaks for', () => {
    const changes: Partial<ReportSubject>[] = [
      { sessionId: 'sess_2' },
      { model: 'gpt-realtime-2.1' },
      { voice: 'cedar' },
      { difficulty: 'savage' },
      { mode: 'debate' },
      { issuedAt: 1 },
    ]
    const keys = changes.map(change => sign({ ...SUBJECT, ...change }))
    assert.equal(new Set([sign(SUBJECT), ...keys]).size, changes.length + 1)
  })

  it('cannot be made without the secret', () => {
    assert.notEqual(reportKeySigner(new Secret('another-key'))(SUBJECT), sign(SUBJECT))
  })

  it('is read back as what it speaks for, with a mode or without', () => {
    const read = reportKeyReader(new Secret('a-key-of-the-reports'))
    assert.deepEqual(read(sign(SUBJECT)), SUBJECT)
    assert.deepEqual(read(sign({ ...SUBJECT, mode: 'debate' })), { ...SUBJECT, mode: 'debate' })
  })

  it('is believed under its own secret only, and unchanged', () => {
    const key = sign(SUBJECT)
    assert.equal(reportKeyReader(new Secret('another-key'))(key), undefined)
    const read = reportKeyReader(new Secret('a-key-of-the-reports'))
    const payload = Buffer.from('["sess_2","gpt-realtime","verse","easy",null,1]').toString('base64url')
    const changed = [
      `rk_${payload}.${key.split('.')[1]}`,
      `${key}A`,
      key.slice(0, -1),
      key.slice(3),
      '',
      'rk_.',
      'rk_x.y',
    ]
    for (const other of changed) assert.equal(read(other), undefined, other)
  })
})
