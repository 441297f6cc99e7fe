import type { Entry } from './conversation.ts'
import { exampleOf } from './example.ts'

/** A function that the model may call. */
export type Tool = { name: string; parameters: unknown }

/** What a reply is decided by. */
export type Question = {
  /** The session's instructions. */
  instructions: string
  /** Orders for this one response. */
  orders: string | undefined
  entries: readonly Entry[]
  tools: readonly Tool[]
  /** As in a session: a mode, or the one function to call. */
  toolChoice: unknown
}

/** What comes of it. */
export type Thought = { say: string } | { call: string; arguments: string }

/** Longer speeches are cut. */
const MAX_CHARACTERS = 2000

/** The words that a text asks to be said and no others, if it does. */
const dictated = (text: string): string | undefined =>
  /\b(?:say|repeat|read|speak)\b[^<]*<say>(.+?)<\/say>/is.exec(text)?.[1] ??
  /\b(?:say|repeat|read|speak)\b[^"“]{0,80}["“](.+?)["”]/is.exec(text)?.[1] ??
  /\bsay exactly(?: this)?:\s*(\S[^\n]*)/i.exec(text)?.[1]

const wordsOfUser = ({ item, heard }: Entry): string | undefined =>
  item.type === 'message' && item.role === 'user'
    ? [heard ?? '', ...item.content.map(part => part.text ?? '')].join(' ').trim()
    : undefined

const lastWords = (entries: readonly Entry[]) => entries.map(wordsOfUser).findLast(words => words !== undefined) ?? ''

const spoken = (name: string) => name.replaceAll(/[_-]+/g, ' ').toLowerCase()

const named = (tools: readonly Tool[], words: string) =>
  tools.find(({ name }) => [name.toLowerCase(), spoken(name)].some(form => words.toLowerCase().includes(form)))

/** The tool that must or may well be called now; a tool's result is spoken about first. */
const wantedTool = ({ tools, toolChoice, entries }: Question): Tool | undefined => {
  if (toolChoice === 'none' || entries.at(-1)?.item.type === 'function_call_output') return undefined
  if (typeof toolChoice === 'object') {
    const { name } = toolChoice as { name?: string }
    return tools.find(tool => tool.name === name)
  }
  return named(tools, lastWords(entries)) ?? (toolChoice === 'required' ? tools[0] : undefined)
}

/** What to say when nothing was dictated: the first row whose pattern fits the user's words and the instructions. */
const lines: readonly { words?: RegExp; instructions?: RegExp; say: string }[] = [
  {
    words: /\b(hello|hi|hey|good (morning|evening))\b/i,
    say: 'Hey there, sports fan! Parker here. What are we watching tonight?',
  },
  { words: /\b(bye|goodbye|good night)\b/i, say: 'That is the final whistle from me. Talk to you next game!' },
  { words: /\b(thanks|thank you)\b/i, say: 'Any time! That is what I am here for.' },
  {
    instructions: /debate mode/i,
    say: 'No way! I will take the other side of that all day. The numbers do not lie, and they are on my side.',
  },
  {
    instructions: /hot take/i,
    say: 'Here is my hot take: defense wins headlines, but the bench wins championships. Change my mind!',
  },
  { instructions: /basketball/i, say: 'He drives, he stops, he pulls up from deep. Bang! What a shot!' },
  { instructions: /football/i, say: 'Third and long, he drops back, he lets it fly. Touchdown! The crowd goes wild!' },
  { instructions: /baseball/i, say: 'Swing and a drive, deep to left, back goes the fielder. It is gone! Home run!' },
  { instructions: /hockey/i, say: 'He skates in alone, he shoots, he scores! Top shelf!' },
  { instructions: /soccer/i, say: 'A lovely ball over the top, he takes it on the volley. Goal! What a finish!' },
  { instructions: /tennis/i, say: 'A deep return, a short ball, and a winner down the line. Game, set and match!' },
  { instructions: /golf/i, say: 'Ever so gently, it breaks left, it keeps on rolling. In the hole!' },
  { instructions: /mma/i, say: 'A feint, a hook, and down he goes! It is all over!' },
  { instructions: /motorsport/i, say: 'He brakes late, he dives down the inside. He takes the lead!' },
  { words: /\?/, say: 'Great question! If you ask me, it comes down to who wants it more in the last two minutes.' },
]

const ownLine = (words: string, instructions: string) =>
  lines.find(row => (row.words ? row.words.test(words) : row.instructions?.test(instructions)))?.say ??
  'Now that is what I call a game! Tell me, who do you think takes it from here?'

const aboutResult = (entries: readonly Entry[]) => {
  const item = entries.at(-1)?.item
  return item?.type === 'function_call_output' ? `Here is what I found: ${item.output}` : undefined
}

const speech = ({ orders = '', entries, instructions }: Question) => {
  const words = lastWords(entries)
  return dictated(orders) ?? aboutResult(entries) ?? dictated(words) ?? ownLine(`${words} ${orders}`, instructions)
}

/** Stands in for the model: says what it is told to, calls the tool it is reminded of, else has a line ready. */
export const think = (question: Question): Thought => {
  const tool = dictated(question.orders ?? '') === undefined ? wantedTool(question) : undefined
  if (tool) return { call: tool.name, arguments: JSON.stringify(exampleOf(tool.parameters)) }
  return { say: speech(question).trim().slice(0, MAX_CHARACTERS) }
}
