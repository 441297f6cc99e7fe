import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { PAGE_POLICY } from '../headers.ts'

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

const ours = (name: string) => new URL(`../../../monitor/${name}`, import.meta.url)
const uplots = (name: string) => new URL(import.meta.resolve(`uplot/dist/${name}`))

/** What the page consists of, by file name: where it is, and its type. Served under `/monitor/`. */
const FILES: Record<string, [URL, string]> = {
  'style.css': [ours('style.css'), STYLE],
  'icon.svg': [ours('icon.svg'), 'image/svg+xml'],
  'uplot.css': [uplots('uPlot.min.css'), STYLE],
  'uplot.js': [uplots('uPlot.esm.js'), SCRIPT],
  ...Object.fromEntries(
    ['main', 'calls', 'charts', 'dom', 'figures', 'history', 'lists', 'sign-in', 'standing', 'stream', 'voices'].map(
      name => [`${name}.js`, [ours(`${name}.js`), SCRIPT] as [URL, string]],
    ),
  ),
}

/** `GET /monitor`: a page without data. It asks for the operators' token and reads everything with it. */
export function monitorPageRoute(app: FastifyInstance): void {
  app.get('/monitor', {
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply
        .header('Content-Security-Policy', PAGE_POLICY)
        .type(HTML)
        .send(await readFile(ours('index.html'))),
  })
  for (const [name, [url, type]] of Object.entries(FILES))
    app.get(`/monitor/${name}`, {
      schema: { hide: true },
      handler: async (_request, reply) => reply.type(type).send(await readFile(url)),
    })
}
