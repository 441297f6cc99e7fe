import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { limitReached, type ServiceError } from './errors.ts'
import type { HashClient } from './identity/client-hash.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Turns } from './limits/turns.ts'
import { type Pooled, pooled } from './pool/kinds.ts'
import type { Pool } from './pool/pool.ts'
import type { Session } from './session.ts'
import type { Minted } from './upstream/answer.ts'
import type { OpenAi } from './upstream/openai.ts'
import type { MintOrder } from './upstream/order.ts'

/** Who wants a credential, and for what. */
export interface Wish {
  session: Session
  client: string
  /** Operators wait for no turn. */
  operator: boolean
  requestId: string
  /** Whether the caller has gone. */
  gone(): boolean
  /** Aborts when the caller goes. Asked for only where there is something to wait for, since signals are dear. */
  goneSignal(): AbortSignal
}

/** A credential, as it is handed out. */
export interface Issued extends Minted {
  /** Whether it was ready before the request came. Undefined for a ticket, which no pool holds. */
  warm: boolean | undefined
  /** The request or pool mint that made it. */
  mintId: string
  /** Whole seconds it can still start a session, by our clock. */
  expiresIn: number
  /** Milliseconds that this request waited for OpenAI. */
  openAiMs: number
}

/** Gets a credential for a wish, at once where one is ready. Throws `ServiceError`, or something else when the caller has gone. */
export type IssueCredential = (wish: Wish) => Issued | Promise<Issued>

interface IssuerParts {
  config: Config
  openai: OpenAi
  pool: Pool
  turns: Turns
  hashClient: HashClient
  lifecycle: Readonly<Lifecycle>
  clock: Clock
}

/** Left for the answer before a connection is cut at shutdown, milliseconds. */
const ANSWERING_MS = 200

/** From the pool if it can, else in the client's turn from OpenAI. */
export function issuer({ config, openai, pool, turns, hashClient, lifecycle, clock }: IssuerParts): IssueCredential {
  function orderFor({ session, client }: Wish): MintOrder {
    return openai.orderFor(session, config.SAFETY_IDENTIFIER === 'client' ? hashClient(client) : undefined)
  }

  function render(secret: Pooled, warm: boolean, openAiMs: number): Issued {
    const expiresIn = Math.max(0, Math.floor((secret.endsAt - clock.mono()) / 1000))
    return { ...secret, expiresIn, warm, openAiMs }
  }

  /** Earlier than usual in a service that is about to end, so that its last callers get an answer too. */
  function deadlineOf(started: number): number {
    return Math.min(started + config.UPSTREAM_DEADLINE_MS, lifecycle.cutAt - ANSWERING_MS)
  }

  async function mint(order: MintOrder, { requestId, goneSignal }: Wish, deadline: number): Promise<Pooled> {
    const sentAt = clock.mono()
    const minted = await openai.mint(order, requestId, goneSignal, deadline)
    return pooled(minted, requestId, sentAt, config.TOKEN_TTL_SECONDS)
  }

  /** A secret of this request's own: one that the pool is just getting, or a new one. */
  async function obtain(order: MintOrder, wish: Wish): Promise<Issued> {
    const started = clock.mono()
    const found = pool.claim(order)
    if (found && !(found instanceof Promise)) return render(found, true, 0)
    const secret = (await found) ?? (await mint(order, wish, deadlineOf(started)))
    if (wish.gone()) {
      pool.deposit(order, secret)
      throw new Error('the caller has gone')
    }
    return render(secret, false, clock.mono() - started)
  }

  function noTurn(): ServiceError {
    const { RATE_LIMIT_BURST: limit, UPSTREAM_DEADLINE_MS: resetsIn } = config
    return limitReached('rate_limited', { limit, resetsIn }, clock.now())
  }

  async function obtainInTurn(order: MintOrder, wish: Wish): Promise<Issued> {
    const endTurn = turns.take(wish.client) ?? (await turns.wait(wish.client, wish.goneSignal()))
    if (!endTurn) throw noTurn()
    try {
      return await obtain(order, wish)
    } finally {
      endTurn()
    }
  }

  return wish => {
    const order = orderFor(wish)
    const ready = pool.take(order, wish.session.shared && order.safetyIdentifier === undefined)
    if (ready) return render(ready, true, 0)
    if (wish.operator) return obtain(order, wish)
    // Looked at before the wait for a turn too, so that an overloaded service refuses at once.
    if (!pool.has(order)) openai.load.shed()
    return obtainInTurn(order, wish)
  }
}
