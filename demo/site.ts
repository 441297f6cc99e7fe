import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { bundleClient } from '../packages/client/build/bundle.ts'
import { pathOf } from '../packages/server/src/http/facts.ts'
import { PAGE_POLICY } from '../packages/server/src/http/headers.ts'
import { foreignSite } from './foreign.ts'

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** What the page consists of, by file name; served under `/demo/`. */
const FILES: Record<string, string> = {
  'style.css': 'text/css; charset=utf-8',
  'talk.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'main.js': SCRIPT,
  'api.js': SCRIPT,
  'burst.js': SCRIPT,
  'chart.js': SCRIPT,
  'countdown.js': SCRIPT,
  'digits.js': SCRIPT,
  'dom.js': SCRIPT,
  'exchange.js': SCRIPT,
  'lineup.js': SCRIPT,
  'live.js': SCRIPT,
  'refusals.js': SCRIPT,
  'talk.js': SCRIPT,
  'talk-events.js': SCRIPT,
  'talk-meters.js': SCRIPT,
  'talk-timings.js': SCRIPT,
  'talk-transcript.js': SCRIPT,
  'talk-verdict.js': SCRIPT,
  'token.js': SCRIPT,
}

/**
 * The demo's page: at `/` for browsers, everybody else keeps the JSON.
 * @param openai origin of the stand-in for OpenAI, which the page's calls go to.
 */
export function demoSite(app: FastifyInstance, openai: string): void {
  const policy = `${PAGE_POLICY}; connect-src 'self' ${openai}`
  let built: Promise<string> | undefined
  const client = () => {
    built ??= bundleClient()
    return built
  }
  // Not before: a demo that cannot listen ends at once, and would leave the builder in the middle of its work.
  app.addHook('onListen', () => void client().catch(() => {}))
  app.addHook('onRequest', async (request, reply) => {
    if (pathOf(request.url) !== '/') return undefined
    reply.header('Vary', 'Origin, Accept')
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (reads && request.headers.accept?.includes('text/html'))
      return reply
        .header('Content-Security-Policy', policy)
        .type(HTML)
        .send(await page('index.html'))
    return undefined
  })
  for (const [name, type] of Object.entries(FILES))
    app.get(`/demo/${name}`, {
      schema: { hide: true },
      handler: async (_request, reply) => reply.type(type).send(await page(name)),
    })
  app.get('/demo/client.js', {
    schema: { hide: true },
    handler: async (_request, reply) => reply.type(SCRIPT).send(await client()),
  })
  foreignSite(app)
}

/** Read each time, so that an edit shows after a reload. */
function page(name: string): Promise<string> {
  return readFile(new URL(`./page/${name}`, import.meta.url), 'utf8')
}
