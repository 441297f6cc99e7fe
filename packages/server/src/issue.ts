import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { retryAfterSeconds, ServiceError } from './errors.ts'
import type { HashClient } from './identity/client-hash.ts'
import type { Turns } from './limits/turns.ts'
import type { Session } from './session.ts'
import type { Minted } from './upstream/answer.ts'
import { FORMS } from './upstream/forms.ts'
import type { MintOrder, OpenAi } from './upstream/openai.ts'

/** Who wants a credential, and for what. */
export interface Wish {
  session: Session
  client: string
  /** Operators wait for no turn. */
  operator: boolean
  requestId: string
  /** Aborted when the caller hangs up. */
  signal: AbortSignal
}

/** A credential, as it is handed out. */
export interface Issued extends Minted {
  warm: boolean
  /** The request that made it. */
  mintId: string
  /** Seconds it can still start a session, by our clock. */
  expiresIn: number
  /** Milliseconds spent at OpenAI for this request. */
  openAiMs: number
}

/** Gets a credential for a wish. Throws `ServiceError`, or the signal's reason. */
export type IssueCredential = (wish: Wish) => Promise<Issued>

export function issuer(
  config: Config,
  openai: OpenAi,
  turns: Turns,
  hashClient: HashClient,
  clock: Clock,
): IssueCredential {
  const form = FORMS[config.OPENAI_REALTIME_API]

  function orderFor({ session, client }: Wish): MintOrder {
    return {
      body: JSON.stringify(form.body(session, config)),
      safetyIdentifier: config.SAFETY_IDENTIFIER === 'client' ? hashClient(client) : undefined,
    }
  }

  function shedLoad(): void {
    if (openai.inFlight >= config.MAX_IN_FLIGHT) throw new ServiceError('overloaded', { retryAfter: 1 })
  }

  async function mint(order: MintOrder, { requestId, signal }: Wish): Promise<Issued> {
    shedLoad()
    const started = clock.mono()
    const minted = await openai.mint(order, requestId, signal)
    return {
      ...minted,
      warm: false,
      mintId: requestId,
      expiresIn: Math.max(0, Math.min(config.TOKEN_TTL_SECONDS, minted.expiresAt - Math.floor(clock.now() / 1000))),
      openAiMs: clock.mono() - started,
    }
  }

  return async wish => {
    const order = orderFor(wish)
    if (wish.operator) return mint(order, wish)
    // Looked at before the wait for a turn too, so that an overloaded service refuses at once.
    shedLoad()
    const endTurn = await turns.take(wish.client, wish.signal)
    if (!endTurn) throw new ServiceError('rate_limited', { retryAfter: retryAfterSeconds(config.UPSTREAM_DEADLINE_MS) })
    try {
      return await mint(order, wish)
    } finally {
      endTurn()
    }
  }
}
