import type { Clock } from '../../clock.ts'
import { ServiceError } from '../../errors.ts'
import { at } from '../../json.ts'
import type { RealtimeEvent, RealtimeSocket, SocketHandlers } from '../../upstream/socket.ts'
import type { Arrival } from '../lab/delivery.ts'
import { fromPcm, type Sound } from '../lab/sound.ts'
import { inbox } from './inbox.ts'
import { eventError } from './refusals.ts'

/** One reply, as it came. */
export interface Reply {
  sound: Sound
  /** Monotonic milliseconds. */
  askedAt: number
  arrivals: Arrival[]
  said: string
  /** `response.done`'s usage, unchecked. */
  usage: unknown
}

/** Opens the socket that the replies come by. */
export type Open = (handlers: SocketHandlers) => Promise<RealtimeSocket>

/** What is to be had. */
interface Conversation {
  /** The session as OpenAI wants it. */
  session: object
  /** What the fan writes, one after another. */
  prompts: readonly string[]
}

/** An event, and when it came. */
interface Heard {
  event: RealtimeEvent
  at: number
}

/** The longest reply that is listened to; nobody should talk for half of that. */
const MAX_BYTES = 200 * 48_000
const BYTES_PER_SECOND = 48_000

/**
 * Has one conversation over a socket of its own: sets the session, then for each prompt writes it as the fan's words and
 * records the reply. Throws `ServiceError`, or the signal's reason.
 */
export async function recordReplies(
  open: Open,
  { session, prompts }: Conversation,
  clock: Clock,
  signal: AbortSignal,
): Promise<Reply[]> {
  const heard = inbox<Heard>()
  const giveUp = () => heard.end(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  const socket = await open({
    onEvent: event => heard.put({ event, at: clock.mono() }),
    onClose: () => heard.end(new ServiceError('upstream_unavailable')),
  })
  const take = async () => believed(await heard.take())
  try {
    await until(take, 'session.created')
    socket.send({ type: 'session.update', session })
    await until(take, 'session.updated')
    const replies: Reply[] = []
    for (const prompt of prompts) replies.push(await recordReply(socket, take, prompt, clock))
    return replies
  } finally {
    signal.removeEventListener('abort', giveUp)
    socket.close()
  }
}

type Take = () => Promise<Heard>

function believed(heard: Heard): Heard {
  if (heard.event.type === 'error') throw eventError(heard.event.error)
  return heard
}

async function until(take: Take, type: string): Promise<void> {
  while ((await take()).event.type !== type);
}

async function recordReply(socket: RealtimeSocket, take: Take, prompt: string, clock: Clock): Promise<Reply> {
  const content = [{ type: 'input_text', text: prompt }]
  socket.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  socket.send({ type: 'response.create' })
  const askedAt = clock.mono()
  const pieces: Buffer[] = []
  const arrivals: Arrival[] = []
  let said = ''
  let usage: unknown
  for (let bytes = 0; bytes < MAX_BYTES; ) {
    const { event, at } = await take()
    if (event.type === 'response.output_audio_transcript.done' && typeof event.transcript === 'string')
      said += event.transcript
    if (event.type === 'response.output_audio.delta' && typeof event.delta === 'string') {
      const piece = Buffer.from(event.delta, 'base64')
      pieces.push(piece)
      arrivals.push({ at, seconds: piece.length / BYTES_PER_SECOND })
      bytes += piece.length
    }
    if (event.type === 'response.done') {
      usage = usageOf(event.response)
      break
    }
  }
  return { sound: fromPcm(Buffer.concat(pieces)), askedAt, arrivals, said, usage }
}

/** Throws where the response came to nothing. A reply that was cut short is still a reply. */
function usageOf(response: unknown): unknown {
  if (at(response, 'status') === 'failed') throw eventError(at(response, 'status_details', 'error'))
  return at(response, 'usage')
}
