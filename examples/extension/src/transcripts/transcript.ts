/** A talk as it is kept on this machine. */
export interface SavedTranscript {
  id: string
  /** ISO 8601, UTC: when the talk was saved. */
  savedAt: string
  /** What the page was about. */
  title: string
  mode?: string
  voice?: string
  difficulty?: string
  sport?: string
  /** Seconds on air. */
  seconds: number
  /** 1 to 5. */
  rating?: number
  lines: { who: 'you' | 'parker'; text: string }[]
}

/** Those in which every word of the query occurs, in any case and anywhere. */
export function search(transcripts: readonly SavedTranscript[], query: string): SavedTranscript[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return transcripts.filter(transcript => {
    const text = wordsOf(transcript).toLowerCase()
    return words.every(word => text.includes(word))
  })
}

function wordsOf({ title, mode, voice, difficulty, sport, lines }: SavedTranscript): string {
  return [title, mode, voice, difficulty, sport, ...lines.map(({ text }) => text)].join('\n').replaceAll('_', ' ')
}

/** The transcript as a Markdown file. What was said is kept from being read as Markdown. */
export function asMarkdown({ title, savedAt, lines, rating, ...rest }: SavedTranscript): string {
  const { mode, difficulty, voice, sport } = rest
  const facts = [savedAt, mode, difficulty, voice, sport, rating && `rated ${rating} of 5`].filter(Boolean)
  const said = lines.map(({ who, text }) => `**${who === 'you' ? 'You' : 'Parker'}:** ${literal(text)}`)
  return `${[`# ${literal(title)}`, literal(facts.join(' · ')), ...said].join('\n\n')}\n`
}

function literal(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&').replace(/\s+/g, ' ')
}

/** A name for the file: the day and the title's letters. */
export function fileName({ savedAt, title }: SavedTranscript): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return `parker-${savedAt.slice(0, 10)}-${words.join('-').slice(0, 60) || 'talk'}.md`
}
