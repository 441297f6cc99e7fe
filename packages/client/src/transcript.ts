import { type ServerEvent, textOf } from './wire.ts'

/** Who said it. */
export type Speaker = 'you' | 'parker'

/** One turn's words so far. The first for an `id` comes in the order of the conversation, maybe without any text yet. */
export interface TranscriptLine {
  id: string
  who: Speaker
  text: string
  /** No more text will come for this `id`. */
  final: boolean
}

const PARKER = 'response.output_audio_transcript'
const YOU = 'conversation.item.input_audio_transcription'

/** Takes every event of the server, and tells the lines that come of them. */
export function createTranscript(tell: (line: TranscriptLine) => void): (event: ServerEvent) => void {
  const lines = new Map<string, TranscriptLine>()

  function write(who: Speaker, id: string, text: (before: string) => string, final: boolean) {
    const before = lines.get(id)
    if (before?.final) return
    const line = { id, who, text: text(before?.text ?? ''), final }
    lines.set(id, line)
    tell(line)
  }

  const append = (who: Speaker) => (event: ServerEvent) =>
    write(who, itemOf(event), before => before + textOf(event.delta), false)
  const finish = (who: Speaker) => (event: ServerEvent) =>
    write(who, itemOf(event), before => textOf(event.transcript) || before, true)

  const handlers: Readonly<Record<string, (event: ServerEvent) => void>> = {
    'input_audio_buffer.speech_started': event => write('you', itemOf(event), before => before, false),
    [`${YOU}.delta`]: append('you'),
    [`${YOU}.completed`]: finish('you'),
    [`${YOU}.failed`]: finish('you'),
    [`${PARKER}.delta`]: append('parker'),
    [`${PARKER}.done`]: finish('parker'),
    /** An interrupted answer gets no `done` of its own. */
    'response.done': () => {
      for (const { id, who, final } of lines.values())
        if (who === 'parker' && !final) write(who, id, text => text, true)
    },
  }
  return event => handlers[event.type]?.(event)
}

const itemOf = (event: ServerEvent) => textOf(event.item_id)
