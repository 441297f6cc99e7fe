/** An error for the log: its scrubbed message and where it was thrown, without its properties, which could hold anything. */
export function describeCause(cause: unknown, scrubbed: (text: string) => string): string | undefined {
  if (cause === undefined) return undefined
  if (!(cause instanceof Error)) return 'not an Error'
  const frames = cause.stack?.match(/^ {4}at .*$/gm)?.slice(0, 10) ?? []
  return [`${cause.name}: ${scrubbed(cause.message)}`, ...frames].join('\n')
}
