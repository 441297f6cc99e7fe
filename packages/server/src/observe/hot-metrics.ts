import { Counter, type CounterConfiguration, Histogram, type HistogramConfiguration } from 'prom-client'

/*
 * Metrics that every token counts in. prom-client makes and looks up a text of all labels at each count, which a request
 * has to pay for; here it is told of many counts together, when Prometheus asks or when enough have gathered.
 */

type Labels<Name extends string> = Record<Name, string | number>

/** What is counted under some labels. */
type Series<Name extends string, Counts> = { labels: Labels<Name>; counts: Counts }

/** Series by the values of their labels, one after another. */
interface Branch<Leaf> {
  leaf?: Leaf
  branches: Map<string | number, Branch<Leaf>>
}

/** Observations of a series that may wait; each is 8 bytes. */
const MOST_WAITING = 256

/** As prom-client's `Counter`, for counts of one. */
export function hotCounter<Name extends string>(config: CounterConfiguration<Name>) {
  const { seriesOf, all } = seriesBy<Name, { waiting: number }>(config.labelNames ?? [], () => ({ waiting: 0 }))
  new Counter({
    ...config,
    collect() {
      for (const { labels, counts } of all) {
        this.inc(labels, counts.waiting)
        counts.waiting = 0
      }
    },
  })
  return {
    inc(labels: Labels<Name>): void {
      seriesOf(labels).counts.waiting++
    },
  }
}

/** As prom-client's `Histogram`. */
export function hotHistogram<Name extends string>(config: HistogramConfiguration<Name>) {
  const { seriesOf, all } = seriesBy<Name, number[]>(config.labelNames ?? [], () => [])
  const histogram = new Histogram({ ...config, collect: () => all.forEach(tell) })

  function tell({ labels, counts }: Series<Name, number[]>): void {
    for (const value of counts) histogram.observe(labels, value)
    counts.length = 0
  }

  return {
    observe(labels: Labels<Name>, value: number): void {
      const series = seriesOf(labels)
      if (series.counts.push(value) >= MOST_WAITING) tell(series)
    },
  }
}

function seriesBy<Name extends string, Counts>(names: readonly Name[], empty: () => Counts) {
  const root: Branch<Series<Name, Counts>> = { branches: new Map() }
  const all: Series<Name, Counts>[] = []

  function open(labels: Labels<Name>): Series<Name, Counts> {
    const series = { labels: { ...labels }, counts: empty() }
    all.push(series)
    return series
  }

  function seriesOf(labels: Labels<Name>): Series<Name, Counts> {
    let branch = root
    for (const name of names) branch = branchOf(branch, labels[name])
    branch.leaf ??= open(labels)
    return branch.leaf
  }

  return { seriesOf, all }
}

function branchOf<Leaf>({ branches }: Branch<Leaf>, value: string | number): Branch<Leaf> {
  const known = branches.get(value)
  if (known) return known
  const branch: Branch<Leaf> = { branches: new Map() }
  branches.set(value, branch)
  return branch
}
