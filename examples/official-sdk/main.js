import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime'

/** Where the token service is; `?service=` says otherwise. */
const SERVICE = new URLSearchParams(location.search).get('service') ?? 'http://localhost:8000'

const status = document.querySelector('[role=status]')
const transcript = document.querySelector('ol')

/** Something that Parker can ask the page for. */
const getScore = tool({
  name: 'get_score',
  description: 'The score of the game on the page.',
  strict: true,
  parameters: {
    type: 'object',
    properties: { team: { type: 'string' } },
    required: ['team'],
    additionalProperties: false,
  },
  execute: async () => '104 to 98, fourth quarter',
})

document.querySelector('button').addEventListener('click', async () => {
  status.textContent = 'Connecting'
  try {
    await connect(await getToken({ sport: 'basketball' }))
    status.textContent = 'On the air'
  } catch (error) {
    status.textContent = error.message
  }
})

async function getToken(request) {
  const reply = await fetch(`${SERVICE}/v1/realtime/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  })
  const token = await reply.json()
  if (!reply.ok) throw new Error(token.error.message)
  return token
}

/** The SDK sets instructions of its own when it connects, so it is given those that the service made. */
async function connect({ client_secret, web_rtc_url, model, voice, instructions }) {
  const agent = new RealtimeAgent({ name: 'Parker', instructions, voice, tools: [getScore] })
  const session = new RealtimeSession(agent, { model, transport: new OpenAIRealtimeWebRTC({ baseUrl: web_rtc_url }) })
  session.on('history_updated', show)
  session.on('error', ({ error }) => {
    status.textContent = error?.message ?? 'Something went wrong.'
  })
  await session.connect({ apiKey: client_secret })
}

function show(history) {
  transcript.replaceChildren(
    ...history.map(item => {
      const said = item.content?.map(({ transcript, text }) => transcript ?? text ?? '').join(' ')
      const line = document.createElement('li')
      line.textContent = item.role ? `${item.role}: ${said}` : `${item.name} said ${item.output ?? '…'}`
      return line
    }),
  )
}
