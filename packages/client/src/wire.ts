/** What a session may be asked to be. Names are those that `options()` lists; all but `instructions` have defaults. */
export interface TokenRequest {
  model?: string
  voice?: string
  /** A persona in Parker's place, 1 to 8,000 characters; some services refuse it. */
  instructions?: string
  difficulty?: string
  sport?: string
  mode?: string
}

/** The service's answer to a token request. */
export interface Token {
  client_secret: string
  /** Unix seconds by the server's clock. The client counts by `expires_in` instead. */
  expires_at: number
  /** Seconds left when the answer was sent. */
  expires_in: number
  session_id: string
  /** The model the session has: the successor, where a retired one was asked for. */
  model: string
  voice: string
  /** Exactly what the session was given. */
  instructions: string
  report_key: string
  web_rtc_url: string
  websocket_url: string | null
}

/** One name that may be asked for. */
export interface Choice {
  name: string
  description: string
}

/** A choice of which one is taken where nothing is asked for. */
export interface DefaultedChoice extends Choice {
  default: boolean
}

/** A model, and until when it may be asked for. */
export interface ModelChoice extends DefaultedChoice {
  state: 'current' | 'retiring' | 'retired'
  /** `YYYY-MM-DD` */
  shutdown?: string
  successor?: string
}

/** What the service lets one ask for. */
export interface Options {
  models: ModelChoice[]
  voices: DefaultedChoice[]
  difficulties: DefaultedChoice[]
  sports: Choice[]
  modes: Choice[]
}

/** An event of OpenAI's, as it came over the data channel. */
export interface ServerEvent {
  type: string
  [field: string]: unknown
}

/** A member of an event as text; empty where it is none. */
export function textOf(member: unknown): string {
  return typeof member === 'string' ? member : ''
}
