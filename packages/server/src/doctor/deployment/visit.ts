/** How a deployment is visited. */
export interface Visit {
  /** Without a slash at its end. */
  url: string
  /** The origin that a browser would ask from. */
  origin: string
  /** Sent along with everything but the self-check. */
  headers: Record<string, string>
  /** The deployment's, where it is known here. */
  adminToken: string | undefined
  /** Whether its host can be reached from anywhere. */
  publicHost: boolean
}
