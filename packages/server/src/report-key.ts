import { createHmac } from 'node:crypto'
import type { Secret } from './secret.ts'

/** What a report key speaks for. */
export interface ReportSubject {
  sessionId: string
  model: string
  voice: string
  difficulty: string
  mode: string | undefined
  /** Unix seconds of the issue. */
  issuedAt: number
}

/** Makes the key that lets its holder report on one session. It holds nothing secret and needs no store. */
export type SignReportKey = (subject: ReportSubject) => string

/** `rk_`, the subject as base64url JSON, a dot, and its HMAC-SHA256. */
export function reportKeySigner(secret: Secret): SignReportKey {
  const key = secret.reveal()
  return ({ sessionId, model, voice, difficulty, mode, issuedAt }) => {
    const text = JSON.stringify([sessionId, model, voice, difficulty, mode ?? null, issuedAt])
    const payload = Buffer.from(text).toString('base64url')
    return `rk_${payload}.${createHmac('sha256', key).update(payload).digest('base64url')}`
  }
}
