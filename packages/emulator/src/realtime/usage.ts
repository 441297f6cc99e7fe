import type { RealtimeResponseUsage } from 'openai/resources/realtime/realtime'
import type { Entry } from './conversation.ts'

/** One part of what a model reads for a response. Its key changes when its content does. */
type Segment = { key: string; text: number; audio: number }

export type Prompt = readonly Segment[]

export type Spent = { text: number; audio: number }

/** OpenAI's cost guide: user audio is 1 token each 100 ms, assistant audio 1 each 50 ms. */
const USER_MS_PER_TOKEN = 100
const ASSISTANT_MS_PER_TOKEN = 50

/** The usual rule of thumb for English text; OpenAI's own count differs by a little. */
const CHARACTERS_PER_TOKEN = 4

export const textTokens = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN)

export const assistantAudioTokens = (ms: number) => Math.ceil(ms / ASSISTANT_MS_PER_TOKEN)

const textOf = (part: { text?: string | null; transcript?: string | null }) => part.text ?? part.transcript ?? ''

const wordsOf = ({ item }: Entry): string => {
  if (item.type === 'message') return item.content.map(textOf).join(' ')
  if (item.type === 'function_call') return `${item.name} ${item.arguments}`
  return item.type === 'function_call_output' ? item.output : ''
}

const isUser = ({ item }: Entry) => item.type === 'message' && item.role === 'user'

const segmentOf = (entry: Entry): Segment => {
  const { audioMs, item } = entry
  const words = wordsOf(entry)
  if (audioMs === 0) return { key: `${item.id} ${words.length}`, text: textTokens(words), audio: 0 }
  // Sound is read as sound: its transcript costs nothing more.
  const audio = isUser(entry) ? Math.ceil(audioMs / USER_MS_PER_TOKEN) : assistantAudioTokens(audioMs)
  return { key: `${item.id} ${audioMs}`, text: 0, audio }
}

/** All that a response reads: its orders (instructions and tools) first, then the conversation. */
export const promptOf = (orders: string, entries: readonly Entry[]): Prompt => [
  { key: orders, text: textTokens(orders), audio: 0 },
  ...entries.map(segmentOf),
]

const sum = (prompt: Prompt): Spent => ({
  text: prompt.reduce((total, { text }) => total + text, 0),
  audio: prompt.reduce((total, { audio }) => total + audio, 0),
})

/** What the last response read too, from the beginning to the first difference: only that is cached. */
const commonStart = (prompt: Prompt, previous: Prompt): Prompt => {
  const differs = prompt.findIndex(({ key }, index) => key !== previous[index]?.key)
  return differs === -1 ? prompt : prompt.slice(0, differs)
}

/** The bill of one response: the whole conversation again as input, with its cached part, and what was said. */
export const usageOf = (prompt: Prompt, previous: Prompt, said: Spent): Required<RealtimeResponseUsage> => {
  const input = sum(prompt)
  const cached = sum(commonStart(prompt, previous))
  const inputTokens = input.text + input.audio
  const outputTokens = said.text + said.audio
  return {
    total_tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: cached.text + cached.audio,
      cached_tokens_details: { text_tokens: cached.text, audio_tokens: cached.audio, image_tokens: 0 },
    },
    output_token_details: { text_tokens: said.text, audio_tokens: said.audio },
  }
}
