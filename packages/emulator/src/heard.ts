/** What humans say into the microphone, since nobody here can tell. */
export type Heard = {
  /** Replaces the phrases. @throws RangeError unless they are 1 to 100 of 1 to 500 characters. */
  set(phrases: readonly string[]): void
  /** The next phrase; after the last comes the first again. */
  next(): string
}

const PLAUSIBLE = ['What a game last night, who do you think wins it all?']

const MAX_PHRASES = 100
const MAX_CHARACTERS = 500

export const createHeard = (phrases: readonly string[] = PLAUSIBLE): Heard => {
  let spoken = 0
  let current = phrases
  const heard: Heard = {
    set: given => {
      const fits = given.length > 0 && given.length <= MAX_PHRASES
      if (!fits || given.some(phrase => phrase.trim() === '' || phrase.length > MAX_CHARACTERS)) {
        throw new RangeError(`heard must be 1 to ${MAX_PHRASES} phrases of 1 to ${MAX_CHARACTERS} characters`)
      }
      current = [...given]
      spoken = 0
    },
    next: () => {
      const phrase = current[spoken % current.length] ?? ''
      spoken += 1
      return phrase
    },
  }
  heard.set(phrases)
  return heard
}
