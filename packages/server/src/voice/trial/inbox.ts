/** Things that arrive when they like, taken one after another. */
export interface Inbox<T> {
  put(item: T): void
  /** After what has arrived nothing more will; whoever takes then gets this error. Only the first counts. */
  end(reason: unknown): void
  /** The oldest, waiting for it if need be. */
  take(): Promise<T>
}

export function inbox<T>(): Inbox<T> {
  const items: T[] = []
  let ended: { reason: unknown } | undefined
  let wake = () => {}
  return {
    put(item) {
      if (!ended) items.push(item)
      wake()
    },
    end(reason) {
      ended ??= { reason }
      wake()
    },
    async take() {
      for (;;) {
        const item = items.shift()
        if (item !== undefined) return item
        if (ended) throw ended.reason
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
}
