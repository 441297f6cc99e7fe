import express from 'express'
import { mintBody, tokenReply } from './shapes.js'

// What most people would write: Express and the global fetch.
const url = `${process.env.OPENAI_BASE_URL}/realtime/client_secrets`
const headers = { authorization: 'Bearer sk-bench', 'content-type': 'application/json' }

const app = express()
app.use(express.json())
app.post('/v1/realtime/token', async (request, response) => {
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(mintBody(request.body)) })
  response.json(tokenReply(request.body, await answer.json()))
})
app.listen(Number(process.env.PORT), '127.0.0.1')
