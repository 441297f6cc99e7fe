/** Where the process stands between start and end. */
export interface Lifecycle {
  /** From SIGTERM on. */
  draining: boolean
  /** When connections that are still open are cut, by the monotonic clock; `Infinity` until SIGTERM. */
  cutAt: number
}
