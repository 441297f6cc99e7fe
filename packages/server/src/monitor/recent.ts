/** The last few of something, the newest last. */
export interface Recent<T> {
  add(item: T): void
  all(): T[]
}

export function recent<T>(most: number): Recent<T> {
  const items: T[] = []
  return {
    add(item) {
      items.push(item)
      if (items.length > most) items.shift()
    },
    all: () => [...items],
  }
}

/** The last few of each kind, so that a flood of one kind does not wash away the others; the oldest first. */
export function recentOfEach<T extends { time: number }>(most: number, kindOf: (item: T) => string): Recent<T> {
  const kinds = new Map<string, Recent<T>>()
  return {
    add(item) {
      const kind = kindOf(item)
      const items = kinds.get(kind) ?? recent(most)
      kinds.set(kind, items)
      items.add(item)
    },
    all: () => [...kinds.values()].flatMap(items => items.all()).sort((a, b) => a.time - b.time),
  }
}
