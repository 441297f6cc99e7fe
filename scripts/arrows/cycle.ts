/** The first circle among these arrows, its beginning repeated at its end; or nothing. */
export function findCycle(arrows: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const way: string[] = []

  function visit(file: string): string[] | undefined {
    if (done.has(file)) return undefined
    const seen = way.indexOf(file)
    if (seen !== -1) return [...way.slice(seen), file]
    way.push(file)
    for (const next of arrows.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    way.pop()
    done.add(file)
    return undefined
  }

  for (const file of arrows.keys()) {
    const cycle = visit(file)
    if (cycle) return cycle
  }
  return undefined
}
