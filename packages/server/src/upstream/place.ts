import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { type Answer, BrokenAnswer } from './connection.ts'
import { guarded } from './guarded.ts'
import { boundedLoad } from './load.ts'
import { type CallOrder, type OfferConfig, offerSender } from './offer.ts'
import type { OpenAi } from './openai.ts'
import { asServiceError, type Failed } from './outcome.ts'
import { callIdOf, type NotPlaced, type Placed, readPlaced } from './placed.ts'
import type { Quotable } from './refusal.ts'

export interface PlacedCall extends Placed {
  /** Milliseconds that OpenAI took. */
  openAiMs: number
}

/**
 * Places a call: once, and again only where no connection was made. `spend` runs when the breaker lets it through,
 * right before anything is sent; if it throws, nothing is. Throws `ServiceError`.
 */
export type Place = (order: CallOrder, spend: () => Promise<void>) => Promise<PlacedCall>

export type PlaceConfig = OfferConfig & Pick<Config, 'MAX_IN_FLIGHT'>

/**
 * `orphaned` hears of a call that OpenAI has taken and nobody can talk on, since its answer is of no use: it is to be
 * hung up.
 */
export function callPlacement(
  config: PlaceConfig,
  { connection, attempt, breaker }: Pick<OpenAi, 'connection' | 'attempt' | 'breaker'>,
  clock: Clock,
  orphaned: (callId: string) => void,
): Place {
  const apiKey = config.OPENAI_API_KEY.reveal()
  const load = boundedLoad(config.MAX_IN_FLIGHT)
  const sendOffer = offerSender(config, connection, clock)

  async function send(order: CallOrder, asked: Quotable): Promise<Answer> {
    try {
      return await sendOffer(order)
    } catch (error) {
      // OpenAI has taken the call if its answer had begun; without all of it, nobody can talk on it.
      const orphan = error instanceof BrokenAnswer ? callIdOf(error, asked) : undefined
      if (orphan !== undefined) orphaned(orphan)
      throw error
    }
  }

  function read(answer: Answer, asked: Quotable): Placed | NotPlaced {
    const reading = readPlaced(answer, asked, clock.now())
    if ('orphan' in reading && reading.orphan !== undefined) orphaned(reading.orphan)
    return reading
  }

  async function attemptPlacing(order: CallOrder): Promise<PlacedCall | Failed> {
    const started = clock.mono()
    const asked = { apiKey, body: order.session + order.sdp, ownWords: true }
    const outcome = await attempt(
      order.requestId,
      () => send(order, asked),
      answer => read(answer, asked),
    )
    return 'failure' in outcome ? outcome : { ...outcome, openAiMs: clock.mono() - started }
  }

  return async (order, spend) => {
    load.begin()
    try {
      const outcome = await guarded(breaker, async () => {
        await spend()
        return attemptPlacing(order)
      })
      if ('failure' in outcome) throw asServiceError(outcome.failure, outcome.cause)
      return outcome
    } finally {
      load.end()
    }
  }
}
