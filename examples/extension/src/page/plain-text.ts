/** Characters that no person sees: controls, line separators, and those that hide or turn text around. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu

/** How much of a text is looked at, in UTF-16 units; a page may hold megabytes. */
const LOOKED_AT = 4_000

/** One visible line of at most `max` characters; an empty one of what is no text. */
export function plainText(value: unknown, max: number): string {
  if (typeof value !== 'string') return ''
  const line = value.slice(0, LOOKED_AT).toWellFormed().replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return characters.length <= max
    ? line
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`
}
