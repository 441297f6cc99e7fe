/** As many points as the service keeps: an hour. */
const MOST = 720
/** Seconds. */
const LEAST_SPAN = 120

/** The points that are known, oldest first, and how they are grouped for a chart. */
export function pointHistory() {
  let points = []
  /** The service tells it together with the first points. */
  let pointSeconds = 1
  return {
    replace(history) {
      points = history.points
      pointSeconds = history.point_seconds
    },
    add(point) {
      points = [...points, point].slice(-MOST)
    },
    /** The newest `seconds`. */
    last: seconds => points.slice(-Math.ceil(seconds / pointSeconds)),
    /** So many of the `seconds` that a chart has something to show, but not less than two minutes. */
    span(seconds) {
      const known = points.length === 0 ? 0 : points.at(-1).time - points[0].time
      return Math.min(seconds, Math.max(LEAST_SPAN, known))
    },
    /** The newest `seconds` in at most `most` groups of equally many points, with counts a minute. */
    grouped(seconds, most) {
      const wanted = points.slice(-Math.ceil(seconds / pointSeconds))
      const size = Math.max(1, Math.ceil(seconds / pointSeconds / most))
      return chunks(wanted, size).map(group => summary(group, group.length * pointSeconds))
    },
    /** What the last minute had, also where less of it is known; undefined of nothing. */
    lastMinute() {
      const known = points.slice(-Math.ceil(60 / pointSeconds))
      return known.length === 0 ? undefined : summary(known, 60)
    },
  }
}

const OUTCOMES = ['warm', 'cold', 'ticket', 'limited', 'refused', 'failed', 'gone']

/** Counts a minute of `seconds`, and the percentiles: the middle of the middles, the worst of the worst. */
function summary(group, seconds) {
  const perMinute = 60 / seconds
  const sum = name => group.reduce((total, point) => total + point[name], 0)
  const counts = Object.fromEntries(OUTCOMES.map(name => [name, sum(name) * perMinute]))
  const issued = sum('warm') + sum('cold')
  const last = group.at(-1)
  return {
    ...counts,
    time: last.time,
    share: issued === 0 ? null : sum('warm') / issued,
    pool: last.pool_ready,
    mint: spread(group, 'mint_ms'),
    own: spread(group, 'own_ms'),
  }
}

function spread(group, name) {
  const known = group.map(point => point[name]).filter(Boolean)
  if (known.length === 0) return { p50: null, p95: null }
  const middles = known.map(({ p50 }) => p50).sort((a, b) => a - b)
  return { p50: middles[Math.floor(middles.length / 2)], p95: Math.max(...known.map(({ p95 }) => p95)) }
}

/** Grouped from the newest end, so that only the oldest group may be short. */
function chunks(items, size) {
  const groups = []
  for (let end = items.length; end > 0; end -= size) groups.unshift(items.slice(Math.max(0, end - size), end))
  return groups
}
