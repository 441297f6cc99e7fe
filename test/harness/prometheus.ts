/** The name of a sample, such as `parker_http_requests_total` or `…_seconds_count`. */
export type Sample = string

/** One line of values. */
export interface Series {
  name: Sample
  labels: Record<string, string>
  value: number
}

/** A metric as its `HELP` and `TYPE` lines tell it. */
export interface Family {
  name: string
  help: string
  type: string
}

/** What `/metrics` said. */
export interface Exposition {
  families: Family[]
  samples: Series[]
  /** The value of the one series with exactly these labels; undefined where there is none. */
  value(sample: Sample, labels: Record<string, string>): number | undefined
}

/** Reads Prometheus's text format; throws on a line that is none of it. */
export function openMetrics(text: string): Exposition {
  const families = new Map<string, Family>()
  const samples: Series[] = []
  const family = (name: string) => {
    const known = families.get(name) ?? { name, help: '', type: '' }
    families.set(name, known)
    return known
  }
  for (const line of text.split('\n').filter(one => one !== '')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (keyword === 'HELP') family(name).help = rest
    else if (keyword === 'TYPE') family(name).type = rest
    else samples.push(series(line))
  }
  const same = (a: Record<string, string>, b: Record<string, string>) =>
    JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())
  return {
    families: [...families.values()],
    samples,
    value: (sample, labels) => samples.find(one => one.name === sample && same(one.labels, labels))?.value,
  }
}

function series(line: string): Series {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (name === undefined) throw new Error(`not a line of Prometheus's text format: ${line}`)
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text])
  return { name, labels: Object.fromEntries(pairs), value: Number(value) }
}
