import type { ParkerError } from './errors.ts'

/** Who or what ended a call that did not fail. */
export type EndReason = 'hung-up' | 'page-left'

/** Where a call is. From `listening` to `speaking` it is live; `ended` and `failed` are final. */
export type CallState =
  | { readonly name: 'idle' }
  | { readonly name: 'preparing' }
  | { readonly name: 'ready' }
  | { readonly name: 'connecting' }
  | { readonly name: 'listening' }
  /** The user has finished; `response` names Parker's answer once it has begun. */
  | { readonly name: 'thinking'; readonly response: string | undefined }
  | { readonly name: 'speaking'; readonly response: string }
  | { readonly name: 'ended'; readonly reason: EndReason }
  | { readonly name: 'failed'; readonly error: ParkerError }

/** What can happen to a call. */
export type Action =
  | { readonly type: 'prepare' | 'prepared' | 'connect' | 'connected' }
  | { readonly type: 'speech-started' | 'speech-stopped' | 'asked' | 'interrupted' }
  | { readonly type: 'response-created' | 'response-done' | 'audio-started' | 'audio-ended'; readonly response: string }
  | { readonly type: 'end'; readonly reason: EndReason }
  | { readonly type: 'fail'; readonly error: ParkerError }

type Name = CallState['name']
type Named<N extends Name> = Extract<CallState, { name: N }>
type Typed<T extends Action['type']> = Extract<Action, { type: T }>
type Moves<N extends Name> = {
  readonly [T in Action['type']]?: (state: Named<N>, action: Typed<T> & Action) => CallState
}

const LISTENING = { name: 'listening' } as const
const listen = () => LISTENING
const think = () => ({ name: 'thinking', response: undefined }) as const
const answer = (_: unknown, { response }: { response: string }) => ({ name: 'thinking', response }) as const
const speak = (_: unknown, { response }: { response: string }) => ({ name: 'speaking', response }) as const

/** What can happen until the end. */
const OPEN = {
  end: (_: unknown, { reason }: { reason: EndReason }) => ({ name: 'ended', reason }) as const,
  fail: (_: unknown, { error }: { error: ParkerError }) => ({ name: 'failed', error }) as const,
}

/**
 * Which action moves which state; all others leave it as it is. Events of an answer that was interrupted may come late,
 * so only those of the answer at hand count.
 */
const MOVES: { readonly [N in Name]?: Moves<N> } = {
  idle: { prepare: () => ({ name: 'preparing' }) },
  preparing: { prepared: () => ({ name: 'ready' }) },
  ready: { connect: () => ({ name: 'connecting' }) },
  connecting: { connected: listen },
  listening: {
    'speech-stopped': think,
    asked: think,
    'response-created': answer,
    'audio-started': speak,
  },
  thinking: {
    'speech-started': listen,
    asked: think,
    interrupted: listen,
    'response-created': answer,
    'audio-started': speak,
    'response-done': (state, { response }) => (state.response === response ? LISTENING : state),
  },
  speaking: {
    'speech-started': listen,
    interrupted: listen,
    'audio-started': speak,
    'audio-ended': (state, { response }) => (state.response === response ? LISTENING : state),
  },
}

/** The state after an action; the very same object where nothing changes. */
export function next(state: CallState, action: Action): CallState {
  const moves = isOver(state) ? {} : ({ ...OPEN, ...MOVES[state.name] } as Moves<Name>)
  const move = moves[action.type] as ((state: CallState, action: Action) => CallState) | undefined
  return move ? move(state, action) : state
}

/** Whether Parker and the user can hear each other. */
export function isLive({ name }: CallState): boolean {
  return ['listening', 'thinking', 'speaking'].includes(name)
}

/** Whether nothing will happen any more. */
export function isOver({ name }: CallState): boolean {
  return ['ended', 'failed'].includes(name)
}
