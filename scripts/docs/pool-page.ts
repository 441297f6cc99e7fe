import { SCENARIOS } from '../pool-simulation/scenarios.ts'
import { DEFAULTS, simulate } from '../pool-simulation/simulation.ts'
import { table } from './markdown.ts'

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

/** `docs/pool.md`: how the pool is sized, and what it does to simulated crowds. */
export async function poolPage(): Promise<string> {
  const rows = []
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    const outcome = await simulate(scenario())
    const popular = outcome.served.filter(one => one.kind === 'popular' && one.at >= 30)
    rows.push([
      name,
      String(outcome.served.length),
      percent(popular.filter(one => one.warm).length / Math.max(1, popular.length)),
      percent(outcome.warm),
      String(outcome.poolMints),
      percent(outcome.wasted),
      String(outcome.mostOfAKind),
      String(outcome.mostInAll),
      String(outcome.mostInAMinute),
    ])
  }
  const head = [
    'Crowd',
    'Requests',
    'Warm, the popular kind',
    'Warm, all',
    'Pool mints',
    'Mints wasted',
    'Most held of a kind',
    'Most held',
    'Most mints in 60 s',
  ]
  return `${TEXT}\n${table(head, rows)}\n`
}

const TEXT = `# The pool of ready secrets

Minting a secret takes OpenAI several hundred milliseconds, for which the user would wait. This service keeps a
few unused secrets ready instead. Each is handed out once, and only to a request that would have sent OpenAI byte for byte
the request that made it.

## How many are held

Each kind of secret (one upstream request body, with its safety identifier) is sized by itself.

- **The steady part** is a base-stock policy: every secret handed out orders another, so that *ready + under way* stays at
  S. A request that finds nothing ready mints its own. With requests arriving at rate λ and mints taking L on average, the
  odds of that are Erlang's loss formula B(S, λL), whatever the distribution of mint times. S is the least with
  B(S, λL) ≤ 0.1 %. λ is an exponentially fading count over 10 s, less one standard deviation; L a running mean.
- **The trickle**: a kind that any visitor may ask for gets two spares from its first request, any other one from its
  second within a secret's life.
- **Perishing**: a secret is handed out only with \`POOL_MIN_REMAINING_SECONDS\` left. After a kind has been watched for that
  shelf life, a spare is held only if Poisson demand at the observed rate uses it up in time with odds of at least one half:
  with fewer than 0.69 expected uses in a shelf life there is no stock at all.
- **Caps**: \`POOL_MAX_PER_KEY\`, \`POOL_MAX_TOTAL\`, and \`POOL_MINTS_PER_MINUTE\` over any 60 s. At the total, a kind that is
  asked for more takes the place of one asked for less. Private kinds (own instructions, context or safety identifier) get
  at most half of the places; kinds that are private or have less than a thirty-second of the demand at most half of the
  mints. At most 1,024 kinds are watched.
- **Rest**: no pool mint starts while OpenAI is not known to be connected, while the circuit breaker is not closed, for 5 s
  after a pool mint has failed, or while half of \`MAX_IN_FLIGHT\` is taken. A pool mint is never retried and the breaker does
  not hear of it.

A request that finds nothing ready but an unclaimed pool mint of its kind under way takes that one. It waits, but for less
than a mint.

## Simulated crowds

The real pool under a simulated clock; mints take 300 ms, secrets live ${DEFAULTS.TOKEN_TTL_SECONDS} s and are handed out with at least
${DEFAULTS.POOL_MIN_REMAINING_SECONDS} s left, the caps are the defaults. The first 30 s are not counted as warm or cold. *Wasted* are mints, the
callers' own included, whose secret nobody used, those left at the end included.
`
