import { parseArgs } from 'node:util'

/** What the doctor was asked to do. */
export interface Options {
  json: boolean
  help: boolean
  /** The `Origin` to try. */
  origin: string | undefined
  /** Further headers, by their names in lower case. */
  headers: Record<string, string>
  /** A running deployment, without a slash at its end. */
  url: string | undefined
  /** Whether the deployment may be asked for a token. */
  token: boolean
}

export const HELP = `Says what is wrong with a deployment, each with its fix.

npm run doctor                        the settings of this machine: OpenAI, Redis, what is set wrong
npm run doctor -- --origin ORIGIN     and whether a request with this Origin would pass
              --header 'Name: value'  and with these headers (repeatable)
npm run doctor -- --url https://…     a running deployment instead, asked as a browser would; with ADMIN_TOKEN
                                      set here, also which address it takes you for
              --no-token              without asking it for a token, which costs one mint (unified: none)
              --json                  for scripts
              --help                  this text

Exit code: 0 healthy, 1 something must be fixed, 2 nothing but warnings, 64 these words were not understood.
`

/** A command line that cannot be understood; the message says why. */
export class UsageError extends Error {}

/** Reads the command line. Throws `UsageError`. */
export function readOptions(argv: readonly string[]): Options {
  const { json, help, origin, header, url, 'no-token': noToken } = parsed(argv)
  return {
    json: json ?? false,
    help: help ?? false,
    origin,
    headers: Object.fromEntries((header ?? []).map(readHeader)),
    url: url === undefined ? undefined : readUrl(url),
    token: !noToken,
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        origin: { type: 'string' },
        header: { type: 'string', multiple: true },
        url: { type: 'string' },
        'no-token': { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** A name as RFC 9110 has it, and a value that can travel. Not quoted when wrong: it may be a secret. */
function readHeader(text: string): [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\x20-\x7e]*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new UsageError("--header takes 'Name: value'.")
  return [name.toLowerCase(), value.trimEnd()]
}

function readUrl(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new UsageError('--url takes an address such as https://parker.example.com.')
  return url.href.replace(/\/+$/, '')
}
