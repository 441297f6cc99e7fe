import type { Minted } from '../../packages/server/src/upstream/answer.ts'
import { boundedLoad } from '../../packages/server/src/upstream/load.ts'
import type { OpenAi } from '../../packages/server/src/upstream/openai.ts'
import type { MintOrder } from '../../packages/server/src/upstream/order.ts'
import type { Timeline } from './timeline.ts'

/** OpenAI as far as the pool knows it. */
interface SimulatedOpenAi {
  service: OpenAi
  /** A caller's own mint. */
  mint(order: MintOrder): Promise<Minted>
  /** When the pool's mints began, seconds from the start. */
  poolMints: readonly number[]
  /** Mints that succeeded, the callers' own included. */
  minted(): number
}

interface Conduct {
  /** Seconds that everything takes. */
  mintSeconds: number
  /** Seconds from the start between which it is down. */
  down: readonly [from: number, to: number]
  /** How long a secret lives. */
  lifeSeconds: number
  /** `MAX_IN_FLIGHT`, of which the pool leaves the callers their part. */
  maxInFlight: number
}

export function simulatedOpenAi(timeline: Timeline, conduct: Conduct): SimulatedOpenAi {
  const { mintSeconds, down, lifeSeconds, maxInFlight } = conduct
  const isDown = () => timeline.now() >= down[0] && timeline.now() < down[1]
  const poolMints: number[] = []
  let minted = 0

  function mint({ body }: MintOrder): Promise<Minted> {
    const fails = isDown()
    const { promise, resolve, reject } = Promise.withResolvers<Minted>()
    timeline.add(timeline.now() + mintSeconds, () => {
      if (fails) return reject(new Error('OpenAI is down'))
      minted++
      const expiresAt = timeline.now() + lifeSeconds
      resolve({ value: `${body}#${minted}`, expiresAt, lifeSeconds, sessionId: undefined, openAiRequestId: '' })
    })
    return promise
  }

  const service: Pick<OpenAi, 'mintQuietly' | 'load' | 'health' | 'breaker'> = {
    mintQuietly(order) {
      poolMints.push(timeline.now())
      return mint(order)
    },
    load: boundedLoad(maxInFlight),
    health: {
      known: true,
      get connected() {
        return !isDown()
      },
      note() {},
    },
    breaker: { enter: () => ({ report() {} }), state: { name: 'closed', failures: 0 } },
  }
  return { service: service as OpenAi, mint, poolMints, minted: () => minted }
}
