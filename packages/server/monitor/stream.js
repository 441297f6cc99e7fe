import { byId, write } from './dom.js'
import { asOperator, refuseToken, token } from './sign-in.js'

/** Points come every five seconds; after this long without one the connection is taken for dead. */
const SILENCE_MS = 20_000
const LONGEST_WAIT_MS = 15_000

/** Watches for ever: `hear` gets each event's name and data. Ends only when the token is refused. */
export async function watch(hear) {
  for (let failures = 0; token.get() !== null; failures++) {
    const told = await once(event => {
      failures = 0
      hear(event)
    }).catch(() => 'lost')
    if (told === 'refused') return
    say('lost', told === 'full' ? 'Too many are watching; trying again' : 'Connection lost; trying again')
    await new Promise(resolve => setTimeout(resolve, Math.min(1000 * 2 ** failures, LONGEST_WAIT_MS)))
  }
}

async function once(hear) {
  const silence = new AbortController()
  let timer
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), SILENCE_MS)
  }
  heard()
  try {
    const response = await fetch('/v1/voice/events', { headers: asOperator(), signal: silence.signal })
    if (response.status === 401) {
      refuseToken('The service does not know this token.')
      say('off', 'Not signed in')
      return 'refused'
    }
    if (!response.ok) return 'full'
    say('live', 'Live')
    await readEvents(response.body, event => {
      heard()
      hear(event)
    })
    return 'ended'
  } finally {
    clearTimeout(timer)
  }
}

/** Reads server-sent events as this service writes them: `event`, `data`, an empty line. */
async function readEvents(body, hear) {
  // By a reader: not every browser can iterate a stream.
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (text + part.value).split('\n\n')
    text = events.pop()
    for (const event of events) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? []
      if (name) hear({ name, data: JSON.parse(data) })
    }
  }
}

function say(state, words) {
  byId('connection').dataset.state = state
  write(byId('connection'), words)
}
