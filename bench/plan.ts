/** How long and how often everything is measured. */
export interface Plan {
  /** Rounds, in each of which every server has its turn, so that the machine's drift meets them all. */
  rounds: number
  /** Load before anything counts, seconds. */
  warmUpSeconds: number
  /** One turn at full load, seconds. */
  turnSeconds: number
  /** Bursts from full stock in a round. */
  bursts: number
  /** Load at half the service's cold pace, seconds. */
  halfLoadSeconds: number
  /** Requests after which memory is read. */
  memoryRequests: number
  /** Starts from nothing. */
  starts: number
}

/** About three minutes. */
export const FULL: Plan = {
  rounds: 5,
  warmUpSeconds: 2,
  turnSeconds: 2.5,
  bursts: 6,
  halfLoadSeconds: 4,
  memoryRequests: 10_000,
  starts: 5,
}

/** About half a minute; the figures are rough. */
export const QUICK: Plan = {
  rounds: 3,
  warmUpSeconds: 0.5,
  turnSeconds: 0.5,
  bursts: 2,
  halfLoadSeconds: 1,
  memoryRequests: 10_000,
  starts: 1,
}

/** Requests under way at once, at full load. */
export const CONNECTIONS = 64
