/** One thing that the fan writes to Parker in a test. */
export interface Prompt {
  text: string
  /** The words that Parker shall say; null where he is free. */
  asked: string | null
}

/** The longest line that a test may ask for, characters. */
export const LONGEST_LINE = 500

/**
 * What Parker says in a test unless told otherwise: all the sounds of English that are often slurred, a number, a name, a
 * question and a shout, in 40 words, which is long enough for an integrated loudness and short enough to be cheap.
 */
export const DEFAULT_LINE =
  'Seven seconds left, she takes the inbound pass, spins past two defenders and throws it up from thirty feet. ' +
  'It is good! Unbelievable! Who else would even try that shot? I will be talking about this one all week long.'

/** Orders to say just this. Quotation marks inside would end the quotation, and cannot be heard. */
export function dictation(line: string): string {
  return `Say exactly this, word for word and nothing else, in your own style: "${line.replaceAll(/["“”„«»]/g, "'")}"`
}
