import { type ReportSubject, reportKeySigner } from '../../packages/server/src/report-key.ts'
import { deriveSecret, Secret } from '../../packages/server/src/secret.ts'
import { type Answered, ask } from './ask.ts'
import { API_KEY } from './service.ts'

const sign = reportKeySigner(deriveSecret(deriveSecret(new Secret(API_KEY), 'client-hash'), 'report-key'))

let sessions = 0

/** A key that the service under test would have given out just now, for a session of its own unless told otherwise. */
export function reportKey(subject: Partial<ReportSubject> = {}): string {
  return sign({
    sessionId: `sess_test_${process.pid}_${++sessions}`,
    model: 'gpt-realtime',
    voice: 'verse',
    difficulty: 'easy',
    mode: undefined,
    issuedAt: Math.floor(Date.now() / 1000),
    ...subject,
  })
}

/** Reports on a call. */
export function report(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  key: string = reportKey(),
): Promise<Answered> {
  const authorization = `Bearer ${key}`
  return ask(`${url}/v1/voice/reports`, { method: 'POST', body, headers: { authorization, ...headers } })
}
