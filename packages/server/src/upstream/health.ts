/** Whether OpenAI was reachable and usable when last heard of. */
export interface Health {
  note(connected: boolean): void
  readonly connected: boolean
  /** True once anything was heard; pool mints wait for it. */
  readonly known: boolean
}

/** Connected until the last probe or mint says otherwise. */
export function openAiHealth(onChange: (connected: boolean) => void): Health {
  let last: boolean | undefined
  return {
    note(connected) {
      if (connected !== (last ?? true)) onChange(connected)
      last = connected
    },
    get connected() {
      return last ?? true
    },
    get known() {
      return last !== undefined
    },
  }
}

/** Runs `probe` now and then every `intervalMs`, each after the last has ended. Returns how to stop. */
export function probeRegularly(probe: () => Promise<void>, intervalMs: number): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const run = async () => {
    await probe()
    if (!stopped) timer = setTimeout(run, intervalMs).unref()
  }
  void run()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
