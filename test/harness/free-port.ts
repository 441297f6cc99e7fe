import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the range from which Linux takes the ports of outgoing connections, so that no client takes it meanwhile. */
const [LOWEST, HIGHEST] = [12_000, 32_000]

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    const server = createServer().listen(port, '127.0.0.1')
    const outcome = await Promise.race([once(server, 'listening'), once(server, 'error').then(() => undefined)]).catch(
      () => undefined,
    )
    if (outcome === undefined) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
