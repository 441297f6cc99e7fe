/** Words with the space before them, so that deltas add up to the text. */
export const wordsOf = (text: string): string[] => text.match(/\s*\S+/g) ?? []
