/** Typed events: listeners by name. */
export interface Emitter<Events> {
  /** Returns how to stop listening. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void
}

export function createEmitter<Events>(): Emitter<Events> {
  const listeners: { [Name in keyof Events]?: Set<(event: Events[Name]) => void> } = {}
  return {
    on(name, listener) {
      const set = listeners[name] ?? new Set()
      listeners[name] = set.add(listener)
      return () => set.delete(listener)
    },
    emit(name, event) {
      for (const listener of listeners[name] ?? [])
        try {
          listener(event)
        } catch (error) {
          // A listener's own mistake harms neither the call nor other listeners.
          reportError(error)
        }
    },
  }
}
