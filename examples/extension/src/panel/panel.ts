import { reduce } from './reduce.ts'
import { type PanelEvent, type PanelState, START } from './state.ts'

/** The state of the panel, and the one way to change it. */
export interface Panel {
  readonly state: PanelState
  tell(event: PanelEvent): void
  /** Calls back after every event, in the order in which one asked for it. */
  onChange(changed: (state: PanelState) => void): void
}

export function createPanel(): Panel {
  const listeners: ((state: PanelState) => void)[] = []
  let state = START
  return {
    get state() {
      return state
    },
    tell(event) {
      state = reduce(state, event)
      for (const changed of listeners) changed(state)
    },
    onChange: changed => void listeners.push(changed),
  }
}
