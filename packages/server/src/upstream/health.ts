/** Whether OpenAI was reachable and usable when last heard of. */
export interface Health {
  note(connected: boolean): void
  readonly connected: boolean
  /** True once anything was heard; pool mints wait for it. */
  readonly known: boolean
}

/** Connected until the last probe or mint says otherwise. `onChange` hears the first news and every change. */
export function openAiHealth(onChange: (connected: boolean) => void): Health {
  let last: boolean | undefined
  return {
    note(connected) {
      const changed = connected !== last
      last = connected
      if (changed) onChange(connected)
    },
    get connected() {
      return last ?? true
    },
    get known() {
      return last !== undefined
    },
  }
}

/** Runs `probe` every `intervalMs`, each after the last has ended. Returns how to stop. */
export function probeRegularly(probe: () => Promise<void>, intervalMs: number): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const schedule = () => {
    if (!stopped) timer = setTimeout(() => probe().then(schedule), intervalMs).unref()
  }
  schedule()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
