import { styleText } from 'node:util'

interface Start {
  /** Where the page is. */
  url: string
  latencyMs: number
  /** Whether there is `/monitor`: it needs an `ADMIN_TOKEN`. */
  monitor: boolean
  /** Set variables that are not used. */
  ignored: readonly string[]
}

const bold = (text: string) => styleText('bold', text, { stream: process.stdout })
const dim = (text: string) => styleText('dim', text, { stream: process.stdout })

const MONITOR_HINT = `  ${dim('For the monitor: ADMIN_TOKEN=operator-demo-token npm run demo, then open /monitor.')}\n`

/** What one reads after the start. The curl stands on a line of its own, to be pasted. */
export function banner({ url, latencyMs, monitor, ignored }: Start): string {
  const unused = ignored.length > 0 ? `  ${dim(`Not used here: ${ignored.join(', ')} from your shell.`)}\n` : ''
  return `
  ${bold('Parker is on the air.')} No OpenAI key is needed: a stand-in for OpenAI runs along and takes ${latencyMs} ms for each secret.

    Try it     ${bold(url)}
    API docs   ${url}/docs
    Health     ${url}/healthz
${monitor ? `    Monitor    ${url}/monitor\n` : ''}
  Or ask for a token from another terminal:

curl -s ${url}/v1/realtime/token -H 'Content-Type: application/json' -d '{"sport":"basketball","mode":"hot_take"}'

${monitor ? '' : MONITOR_HINT}${unused}  ${dim('Ctrl-C ends it. With LOG_LEVEL=info in front it shows the log; --help lists what else there is.')}

`
}

const REASONS: Record<string, (error: NodeJS.ErrnoException & { port?: number; address?: string }) => string> = {
  EADDRINUSE: ({ port }) => `Port ${port} is taken by another program.`,
  EACCES: ({ port }) => `Port ${port} may not be used by this account.`,
  EADDRNOTAVAIL: ({ address }) => `HOST ${address} is no address of this machine.`,
  ENOTFOUND: () => 'HOST names no address of this machine.',
}

/** What to do when the service cannot listen; nothing for any other error. */
export function cannotListen(error: unknown): string | undefined {
  const failure = error as NodeJS.ErrnoException
  const reason = failure.syscall && failure.code ? REASONS[failure.code]?.(failure) : undefined
  if (!reason) return undefined
  return `${reason}\nChoose another: PORT=8001 npm run demo, or PORT=0 npm run demo for any free one.\n`
}
