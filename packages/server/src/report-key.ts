import { timingSafeEqual } from 'node:crypto'
import { hmacSha256 } from './hmac.ts'
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

/** What a report key speaks for; undefined where it is none of ours. */
export type ReadReportKey = (key: string) => ReportSubject | undefined

/** `rk_`, the subject as base64url JSON, a dot, and its HMAC-SHA256. */
export function reportKeySigner(secret: Secret): SignReportKey {
  const macOf = hmacSha256(secret.reveal())
  return ({ sessionId, model, voice, difficulty, mode, issuedAt }) => {
    const text = JSON.stringify([sessionId, model, voice, difficulty, mode ?? null, issuedAt])
    const payload = Buffer.from(text).toString('base64url')
    return `rk_${payload}.${macOf(payload, 'base64url')}`
  }
}

/** Longer than any key that we sign: names of models and voices are short. */
const MAX_KEY_LENGTH = 2048

/** Believes what is signed and nothing else. */
export function reportKeyReader(secret: Secret): ReadReportKey {
  const macOf = hmacSha256(secret.reveal())
  return text => {
    const [, payload, mac] = (text.length <= MAX_KEY_LENGTH && KEY.exec(text)) || []
    if (payload === undefined || mac === undefined) return undefined
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(payload, 'base64url')))) return undefined
    const [sessionId, model, voice, difficulty, mode, issuedAt] = JSON.parse(
      Buffer.from(payload, 'base64url').toString(),
    )
    return { sessionId, model, voice, difficulty, mode: mode ?? undefined, issuedAt }
  }
}

/** 43 characters of base64url are 32 bytes. */
const KEY = /^rk_([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/
