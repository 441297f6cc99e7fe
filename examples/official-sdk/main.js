import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime'

/** Where the token service is; `?service=` says otherwise. */
const SERVICE = new URLSearchParams(location.search).get('service') ?? 'http://localhost:8000'

const button = document.querySelector('button')
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

/** Hangs up the conversation, or the way to it; undefined while there is neither. */
let call

button.addEventListener('click', () => (call ? hangUp() : talk()))

async function talk() {
  const mine = new AbortController()
  call = mine
  show('Connecting', 'Hang up')
  try {
    await connect(await getToken({ sport: 'basketball' }, mine.signal), mine.signal)
    show('On the air', 'Hang up')
  } catch (error) {
    if (mine.signal.aborted) return
    hangUp()
    status.textContent = error.message
  }
}

function hangUp() {
  const ending = call
  over()
  ending?.abort()
}

/** However it ended. */
function over() {
  call = undefined
  show('Off the air', 'Talk to Parker')
}

function show(where, next) {
  status.textContent = where
  button.textContent = next
}

async function getToken(request, signal) {
  const reply = await fetch(`${SERVICE}/v1/realtime/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
    signal,
  })
  const token = await reply.json()
  if (!reply.ok) throw new Error(token.error.message)
  return token
}

/** The SDK sets instructions of its own when it connects, so it is given those that the service made. */
async function connect({ client_secret, web_rtc_url, model, voice, instructions }, signal) {
  const agent = new RealtimeAgent({ name: 'Parker', instructions, voice, tools: [getScore] })
  const line = new RealtimeSession(agent, { model, transport: new OpenAIRealtimeWebRTC({ baseUrl: web_rtc_url }) })
  signal.addEventListener('abort', () => line.close())
  line.on('history_updated', showTranscript)
  line.transport.on('connection_change', state => state === 'disconnected' && !signal.aborted && over())
  line.on('error', ({ error }) => {
    if (!signal.aborted) status.textContent = error?.message ?? 'Something went wrong.'
  })
  await line.connect({ apiKey: client_secret })
}

function showTranscript(history) {
  transcript.replaceChildren(
    ...history.map(item => {
      const said = item.content?.map(({ transcript, text }) => transcript ?? text ?? '').join(' ')
      const line = document.createElement('li')
      line.textContent = item.role ? `${item.role}: ${said}` : `${item.name} said ${item.output ?? '…'}`
      return line
    }),
  )
}
