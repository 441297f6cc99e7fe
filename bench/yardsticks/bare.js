import { createServer } from 'node:http'
import { Pool } from 'undici'
import { mintBody, tokenReply } from './shapes.js'

// The least that does the job in Node: node:http, one call through undici, JSON both ways. No checks, no log.
const { origin, pathname } = new URL(process.env.OPENAI_BASE_URL)
const path = `${pathname}/realtime/client_secrets`
const headers = { authorization: 'Bearer sk-bench', 'content-type': 'application/json' }
const pool = new Pool(origin)

createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', async () => {
    const wish = JSON.parse(Buffer.concat(chunks).toString())
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(mintBody(wish)) })
    const text = JSON.stringify(tokenReply(wish, await answer.body.json()))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
