/** Takes secrets, and what else is confidential, out of a text that is to be logged. */
export type Scrubbed = (text: string, ...confidential: string[]) => string

/** An error for the log: its scrubbed message and where it was thrown, without its properties, which could hold anything. */
export function describeCause(cause: unknown, scrubbed: Scrubbed): string | undefined {
  if (cause === undefined) return undefined
  if (!(cause instanceof Error)) return 'not an Error'
  const frames = cause.stack?.match(/^ {4}at .*$/gm)?.slice(0, 10) ?? []
  return [`${cause.name}: ${scrubbed(cause.message)}`, ...frames].join('\n')
}
