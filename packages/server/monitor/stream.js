import { byId, write } from './dom.js'
import { asOperator, refuseToken, token } from './sign-in.js'

/** Points come every five seconds; after this long without one the connection is taken for dead. */
const SILENCE_MS = 20_000
const LONGEST_WAIT_MS = 15_000

const REFUSED = 'Not signed in'
const LOST = 'Connection lost'
/** What the service says by an error's type; of any other its status is told. */
const TROUBLES = { overloaded: 'Too many are watching', draining: 'The service is restarting' }

/** Watches for ever: `hear` gets each event's name and data. Ends only when the token is refused. */
export async function watch(hear) {
  for (let failures = 0; token.get() !== null; failures++) {
    const told = await once(event => {
      failures = 0
      hear(event)
    }).catch(() => LOST)
    if (told === REFUSED) return
    say('lost', `${told}; trying again`)
    await new Promise(resolve => setTimeout(resolve, Math.min(1000 * 2 ** failures, LONGEST_WAIT_MS)))
  }
}

/** @returns why it ended, in words. */
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
      say('off', REFUSED)
      return REFUSED
    }
    if (!response.ok) return await troubleOf(response)
    say('live', 'Live')
    await readEvents(response.body, event => {
      heard()
      hear(event)
    })
    return LOST
  } finally {
    clearTimeout(timer)
  }
}

/** Never throws: what answers may be a proxy, with a page of its own. */
async function troubleOf(response) {
  const body = await response.json().catch(() => undefined)
  return TROUBLES[body?.error?.type] ?? `The service answered ${response.status}`
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
