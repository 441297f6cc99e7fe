import { type Arrival, poisson, seeded } from './arrivals.ts'
import type { Scenario } from './simulation.ts'

const DAY = 86_400
const shared = (kind: string) => () => ({ kind, shared: true })
const inOrder = (...streams: Arrival[][]) => streams.flat().sort((a, b) => a.at - b.at)

/** One of 2,000 kinds by Zipf's law: the k-th most asked for gets 1/k of the requests of the first. */
const zipf = (random: () => number) => `tail-${Math.floor(2000 ** random())}`

/** Simulated crowds, the same in every run. `popular` is the kind that must not suffer from the others. */
export const SCENARIOS = {
  'steady, 10 a second': () => ({ arrivals: poisson(seeded(1), [0, 600], 10, shared('popular')), warmUp: 30 }),
  'steady, 1 a second': () => ({ arrivals: poisson(seeded(2), [0, 3600], 1, shared('popular')), warmUp: 30 }),
  'one a minute': () => ({ arrivals: poisson(seeded(3), [0, DAY], 1 / 60, shared('popular')), warmUp: 30 }),
  'one in ten minutes': () => ({ arrivals: poisson(seeded(4), [0, 7 * DAY], 1 / 600, shared('popular')) }),
  'one an hour': () => ({ arrivals: poisson(seeded(5), [0, 7 * DAY], 1 / 3600, shared('popular')) }),
  'a day’s rhythm, 0 to 2 a second': () => {
    const rhythm = (at: number) => 1 - Math.cos((2 * Math.PI * at) / DAY)
    return { arrivals: poisson(seeded(6), [0, DAY], 2, shared('popular'), rhythm) }
  },
  'bursts of 30 every minute over 1 a second': () => {
    const bursts = Array.from({ length: 900 }, (_, i) => ({
      at: 60 * Math.floor(i / 30) + 60 + (i % 30) / 100,
      ...shared('popular')(),
    }))
    return { arrivals: inOrder(poisson(seeded(7), [0, 1860], 1, shared('popular')), bursts), warmUp: 30 }
  },
  'a tail of 2,000 kinds beside 5 a second': () => {
    const random = seeded(8)
    const tail = poisson(random, [0, 1800], 5, () => ({ kind: zipf(random), shared: true }))
    return { arrivals: inOrder(poisson(random, [0, 1800], 5, shared('popular')), tail), warmUp: 30 }
  },
  'a flood of 200 made-up kinds a second beside 5 a second': () => {
    let made = 0
    const flood = poisson(seeded(9), [30, 300], 200, () => ({ kind: `made-up-${made++ >> 1}`, shared: false }))
    return { arrivals: inOrder(poisson(seeded(10), [0, 300], 5, shared('popular')), flood), warmUp: 30 }
  },
  'a flood over the whole catalogue, 100 a second, beside 5 a second': () => {
    const random = seeded(11)
    const flood = poisson(random, [30, 300], 100, () => ({
      kind: `far-fetched-${Math.floor(random() * 4050)}`,
      shared: true,
    }))
    return { arrivals: inOrder(poisson(random, [0, 300], 5, shared('popular')), flood), warmUp: 30 }
  },
  'OpenAI down for the second of three five-minute spans': () => ({
    arrivals: poisson(seeded(12), [0, 900], 5, shared('popular')),
    down: [300, 600],
    warmUp: 30,
  }),
} satisfies Record<string, () => Scenario>
