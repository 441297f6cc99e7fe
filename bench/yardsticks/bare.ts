import { createServer } from 'node:http'
import { Pool } from 'undici'
import { type Minted, mintBody, tokenReply } from './shapes.ts'

/** The least that does the job in Node: node:http, one call through undici, JSON both ways. No checks, no log. */
const { origin, pathname } = new URL(process.env.OPENAI_BASE_URL ?? '')
const pool = new Pool(origin)
const headers = { authorization: 'Bearer sk-bench', 'content-type': 'application/json' }

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', async () => {
    const wish = JSON.parse(Buffer.concat(chunks).toString())
    const body = JSON.stringify(mintBody(wish))
    const answer = await pool.request({ method: 'POST', path: `${pathname}/realtime/client_secrets`, headers, body })
    const text = JSON.stringify(tokenReply(wish, (await answer.body.json()) as Minted))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
