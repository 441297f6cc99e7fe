import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Sites that nobody allowed. A browser cannot pretend to be one, so the demo's server asks in their place. */
const FOREIGN_SITES = {
  stranger: { origin: 'https://free-voice.example', about: 'A stranger’s site that would like to use your key.' },
  lookalike: { origin: 'https://www.espn.com.example', about: 'Begins like an allowed origin, but is another.' },
  plain: { origin: 'http://www.espn.com', about: 'The allowed name, but without https.' },
  sandbox: { origin: 'null', about: 'What a sandboxed frame or a local file sends.' },
} as const

type SiteName = keyof typeof FOREIGN_SITES

/** `GET /demo/foreign` lists the sites; `POST /demo/foreign/<name>` asks for a token as that one would. */
export function foreignSite(app: FastifyInstance): void {
  app.get('/demo/foreign', {
    schema: { hide: true },
    handler: async () => Object.entries(FOREIGN_SITES).map(([name, site]) => ({ name, ...site })),
  })
  app.post<{ Params: { name: SiteName } }>('/demo/foreign/:name', {
    schema: {
      hide: true,
      params: { type: 'object', properties: { name: { type: 'string', enum: Object.keys(FOREIGN_SITES) } } },
    },
    handler: async request => askFrom(FOREIGN_SITES[request.params.name].origin, app.server.address() as AddressInfo),
  })
}

/** One real request to the service itself, told as it went. */
async function askFrom(origin: string, address: AddressInfo) {
  const response = await fetch(`http://${reachable(address)}/v1/realtime/token`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: '{}',
  })
  return {
    origin,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.json(),
  }
}

/** An address that listens on all of the machine's is reached on loopback. */
function reachable({ address, port }: AddressInfo): string {
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
