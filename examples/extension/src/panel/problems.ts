import type { ErrorCode } from '@parker/client'

/** What a button on the problem's card does. */
export type Remedy = 'try-again' | 'microphone' | 'settings'

/** How a problem is told: a tag like a referee's call, what is wrong, and what one can do about it. */
interface Telling {
  tag: string
  title: string
  text: string
  act: Remedy
  /** Show this extension's origin: the operator needs it. */
  showOrigin?: true
}

const MICROPHONE = { tag: 'Microphone', act: 'microphone' } as const
const BREAK = { tag: 'Time-out', act: 'try-again' } as const
const LINE = { tag: 'Bad line', act: 'try-again' } as const
const SERVICE = { tag: 'No service', act: 'try-again' } as const

/** One row for everything that the client can report. */
export const PROBLEMS: Record<ErrorCode, Telling> = {
  'microphone-blocked': {
    ...MICROPHONE,
    title: 'The microphone is blocked',
    text: 'Parker cannot hear you. Allow the microphone for this extension; it is open only while you are on air.',
  },
  'microphone-insecure': {
    ...BREAK,
    tag: 'Microphone',
    title: 'This page is not secure',
    text: 'Browsers give the microphone to secure pages only.',
  },
  'microphone-missing': {
    ...BREAK,
    tag: 'Microphone',
    title: 'No microphone found',
    text: 'Connect one, then go on air again.',
  },
  'microphone-busy': {
    ...BREAK,
    tag: 'Microphone',
    title: 'The microphone does not start',
    text: 'Another program may be holding it. Close that one, then try again.',
  },
  'sound-blocked': {
    ...BREAK,
    title: 'Parker’s voice is held back',
    text: 'The browser wants a click before it plays sound. Try again.',
  },
  offline: {
    tag: 'Offline',
    act: 'try-again',
    title: 'You are offline',
    text: 'Parker is back as soon as you have a connection again.',
  },
  'service-unreachable': {
    ...SERVICE,
    title: 'Parker’s service does not answer',
    text: 'It may be down, or the address in the settings may be wrong. Try again in a minute.',
  },
  'service-failed': {
    ...SERVICE,
    title: 'Something broke behind the scenes',
    text: 'Parker’s service has a problem, or something else answers at its address. Try again; if it keeps happening, tell the people who run it.',
  },
  'origin-refused': {
    tag: 'Refused',
    act: 'try-again',
    title: 'The service does not know this extension',
    text: 'Whoever runs it has to add this extension’s origin to the origins it allows.',
    showOrigin: true,
  },
  unauthenticated: {
    tag: 'Refused',
    act: 'settings',
    title: 'The service wants to know who you are',
    text: 'This extension does not sign in anywhere. Choose a service that lets it in without.',
  },
  'bad-request': {
    ...BREAK,
    title: 'That pick is not offered',
    text: 'The service has changed what one may choose. Pick again.',
  },
  'rate-limited': {
    ...BREAK,
    title: 'Parker needs a breather',
    text: 'That was a lot of talks in a short time. The next one can start when the clock runs out.',
  },
  budget: {
    ...BREAK,
    title: 'That’s it for today',
    text: 'The budget for talking is used up. Parker is back tomorrow.',
  },
  'too-many-calls': {
    ...BREAK,
    title: 'You are on air somewhere else',
    text: 'Hang up the other talk first, then try again.',
  },
  overloaded: {
    ...BREAK,
    title: 'Full house',
    text: 'Parker is very busy right now. Wait a moment, then try again.',
  },
  'token-invalid': {
    ...BREAK,
    title: 'That ticket has run out',
    text: 'It took too long to get through. Try again to get a new one.',
  },
  'openai-refused': {
    ...BREAK,
    title: 'OpenAI said no',
    text: 'It refused this talk. Pick other settings, then try again.',
  },
  'openai-unreachable': {
    ...LINE,
    title: 'OpenAI does not answer as it should',
    text: 'Try again. If it stays like this, a firewall may be in the way.',
  },
  'udp-blocked': {
    ...LINE,
    title: 'Your network blocks voice',
    text: 'It does not let UDP through. Try another network, or ask its administrator.',
  },
  'channel-stalled': {
    ...LINE,
    title: 'The line is stuck',
    text: 'Nothing comes through any more. Start a new talk.',
  },
  'no-answer': { ...LINE, title: 'Parker lost the thread', text: 'No answer came. Start a new talk.' },
  'no-sound': { ...LINE, title: 'No sound', text: 'Parker talks, but nothing can be heard. Start a new talk.' },
  'poor-connection': {
    ...LINE,
    title: 'Parker breaks up',
    text: 'Your connection loses too much of the voice. Move closer to your router, or use a cable.',
  },
  'response-failed': { ...LINE, title: 'Parker lost the thread', text: 'The answer broke off. Start a new talk.' },
  'call-lost': {
    ...LINE,
    title: 'The line went dead',
    text: 'Check your network, then start a new talk. What was said is still here.',
  },
  'session-ended': {
    ...LINE,
    tag: 'Full time',
    title: 'The other side hung up',
    text: 'The talk reached its limit. Start a new one.',
  },
  'hung-up': { ...BREAK, title: 'Hung up', text: 'The talk ended before it began.' },
}
