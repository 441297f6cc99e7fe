import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Issued } from '../issue.ts'
import type { SignReportKey } from '../report-key.ts'
import type { Session } from '../session.ts'
import type { Request } from './facts.ts'
import { ownAddress } from './own-address.ts'
import type { TokenReply } from './token-schema.ts'

type Members = Partial<TokenReply>

/** The JSON text of one reply. */
type TokenText = (request: Request, session: Session, issued: Issued, sessionId: string) => string

interface TokenTexts {
  config: Pick<Config, 'CALL_MODE' | 'OPENAI_PUBLIC_BASE_URL' | 'PUBLIC_URL' | 'TRUST_PROXY'>
  clock: Clock
  signReportKey: SignReportKey
}

/** Makes the texts of replies. What those of a shared session have in common, which is most of it, is made once. */
export function tokenTexts({ config, clock, signReportKey }: TokenTexts): TokenText {
  const unified = config.CALL_MODE === 'unified'
  const addresses = openAiAddresses(config.OPENAI_PUBLIC_BASE_URL)
  const commonText = onceIfShared(({ model: { served: model }, voice, instructions }) => {
    const members = { model, voice, instructions }
    return membersText(unified ? members : { ...members, ...addresses(model) })
  })

  return (request, session, issued, sessionId) => {
    const { voice, difficulty, mode } = session
    const model = session.model.served
    const issuedAt = Math.floor(clock.now() / 1000)
    const own = {
      client_secret: issued.value,
      expires_at: issued.expiresAt,
      expires_in: issued.expiresIn,
      session_id: sessionId,
      report_key: signReportKey({ sessionId, model, voice, difficulty, mode, issuedAt }),
    }
    return `{${membersText(unified ? { ...own, ...ourAddresses(request, config) } : own)},${commonText(session)}}`
  }
}

/** Where a secret of OpenAI's is taken, by the model. */
function openAiAddresses(base: string): (model: string) => Members {
  const webSocketUrl = `${base.replace(/^http/, 'ws')}/realtime`
  return model => ({
    web_rtc_url: `${base}/realtime/calls`,
    websocket_url: `${webSocketUrl}?model=${encodeURIComponent(model)}`,
  })
}

/** Where a ticket of ours is taken: at the address that its caller asked by. */
function ourAddresses(request: Request, config: TokenTexts['config']): Members {
  return {
    web_rtc_url: `${ownAddress(request, config)}/v1/realtime/calls`,
    websocket_url: null,
  }
}

function onceIfShared(textOf: (session: Session) => string): (session: Session) => string {
  const remembered = new WeakMap<Session, string>()
  return session => {
    const known = remembered.get(session)
    if (known !== undefined) return known
    const text = textOf(session)
    if (session.shared) remembered.set(session, text)
    return text
  }
}

/** An object's members without its braces. */
function membersText(members: Members): string {
  return JSON.stringify(members).slice(1, -1)
}
