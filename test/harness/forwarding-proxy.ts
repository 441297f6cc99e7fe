import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small reverse proxy of the test's own. */
export interface ForwardingProxy {
  /** `http://127.0.0.1:PORT`, and the path that it mounts the target below */
  url: string
  close(): Promise<void>
}

interface Habits {
  /** What it does to the request's headers; by default it appends the caller's address to `X-Forwarded-For`, as proxies do. */
  forward?: (headers: IncomingHttpHeaders, peer: string) => OutgoingHttpHeaders
  /** What it does to the answer's headers; nothing by default. */
  answer?: (headers: IncomingHttpHeaders) => OutgoingHttpHeaders
  /** The path that it mounts the target below, and takes off; none by default. */
  below?: string
}

/** Appends to `X-Forwarded-For`, as a row of so many proxies would. */
export const appending =
  (proxies: number): NonNullable<Habits['forward']> =>
  (headers, peer) => {
    const before = headers['x-forwarded-for']
    const added = [peer, ...Array.from({ length: proxies - 1 }, (_, i) => `10.0.0.${i + 1}`)]
    return { ...headers, 'x-forwarded-for': [...(before === undefined ? [] : [before]), ...added].join(', ') }
  }

/** Stands in front of `target`, an address without a path. */
export async function startProxy(
  target: string,
  { forward = appending(1), answer = headers => headers, below = '' }: Habits = {},
): Promise<ForwardingProxy> {
  const server = createServer((incoming, outgoing) => {
    const headers = forward(incoming.headers, incoming.socket.remoteAddress ?? '')
    const { method = 'GET', url = '/' } = incoming
    if (!url.startsWith(below)) {
      outgoing.writeHead(404).end()
      return
    }
    const onward = request(target + url.slice(below.length), { method, headers }, reply => {
      outgoing.writeHead(reply.statusCode ?? 502, answer(reply.headers))
      reply.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
