/** A page that talks through OpenAI's own browser SDK, loaded before this; `url` is the only thing it is told. */
window.startSession = async (url, secret, model) => {
  const { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool } = window.OpenAIAgentsRealtime
  const asked = []
  const checkScore = tool({
    name: 'check_score',
    description: 'The score of a game.',
    strict: true,
    parameters: {
      type: 'object',
      properties: { team: { type: 'string' } },
      required: ['team'],
      additionalProperties: false,
    },
    execute: async input => {
      asked.push(input)
      return '104 to 98'
    },
  })
  const agent = new RealtimeAgent({ name: 'Parker', instructions: 'You are Parker.', tools: [checkScore] })
  const audioElement = new Audio()
  const transport = new OpenAIRealtimeWebRTC({ baseUrl: url, audioElement })
  const session = new RealtimeSession(agent, { transport, model })
  const seen = { asked, history: [], errors: [], events: [] }
  session.on('history_updated', history => {
    seen.history = history
  })
  session.on('error', error => seen.errors.push(JSON.stringify(error)))
  session.transport.on('*', ({ type }) => seen.events.push(type))
  window.addEventListener('unhandledrejection', ({ reason }) => seen.errors.push(String(reason)))
  window.addEventListener('error', ({ message }) => seen.errors.push(message))
  await session.connect({ apiKey: secret })
  window.sdk = { session, transport, seen }
}
