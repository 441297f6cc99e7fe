/** Where a server is to stand. */
export interface Place {
  port: number
  /** The stand-in's, for `OPENAI_BASE_URL`. */
  baseUrl: string
  /** An empty folder of its own. */
  folder: string
}
