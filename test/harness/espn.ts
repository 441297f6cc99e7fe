import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createSelfSignedCertificate } from 'werift'

/** www.espn.com as the tests have it: https, a certificate made at the start, pages by their path. */
export interface Espn {
  /** For `--host-resolver-rules`. */
  rule: string
  /** Serves this HTML under a path from now on. */
  put(path: string, html: string): void
  close(): Promise<void>
}

/** ECDSA with SHA-256, by their numbers in TLS (RFC 5246, 7.4.1.4.1). */
const SIGNATURE = { hash: 4, signature: 3 } as const

export async function startEspn(): Promise<Espn> {
  const pages = new Map<string, string>()
  const { certPem, keyPem } = await createSelfSignedCertificate(SIGNATURE)
  const server = createServer({ cert: certPem, key: keyPem }, ({ url = '' }, response) => {
    const html = pages.get(url)
    response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(html ?? 'Not here.')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    rule: `MAP www.espn.com 127.0.0.1:${port}`,
    put: (path, html) => pages.set(path, html),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A game page with the classes that espn.com uses for the sides and the score. */
export function gamePage({ headline, sides }: { headline: string; sides: [string, string][] }): string {
  const strip = sides.map(
    ([name, score]) =>
      `<div class="Gamestrip__Team"><h2 class="ScoreCell__TeamName">${name}</h2><div class="Gamestrip__Score">${score}</div></div>`,
  )
  return `<!doctype html><title>Game</title><link rel="icon" href="data:,"><h1>${headline}</h1>
    <div class="Gamestrip">${strip.join('')}
      <div class="Gamestrip__Overview"><div class="ScoreCell__Time">4th 0:42</div></div></div>`
}
