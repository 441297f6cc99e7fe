/** Where the process stands between start and end. */
export interface Lifecycle {
  /** From SIGTERM on. */
  draining: boolean
}
