import { BadValue, type Parse, shown } from './parse.ts'

/** The one pattern: Firefox makes a new random origin (a UUID) for each installation of an extension. */
export const ANY_FIREFOX_EXTENSION = 'moz-extension://*'

/**
 * Reads an entry of `ALLOWED_ORIGINS`. Origins are compared as strings, so an entry that no browser could ever send
 * (a path, a trailing slash, capitals, the default port) is refused instead of silently matching nothing.
 */
export const origin: Parse<string> = value => {
  if (value === ANY_FIREFOX_EXTENSION) return value
  if (value === 'null') throw new BadValue('lists null, which any sandboxed page can send')
  if (value.includes('*'))
    throw new BadValue(
      `has the pattern ${shown(value)}: list each origin; a wildcard would let any site use your key (only ${ANY_FIREFOX_EXTENSION} is a pattern)`,
      'origin-pattern',
    )
  if (/^[a-z][a-z0-9-]*-extension:\/\/[^/?#@\s]+$/.test(value)) return value
  const parsed = URL.parse(value)
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new BadValue(`has ${shown(value)}, which is not an origin such as https://www.espn.com`, 'origin-malformed')
  if (parsed.origin !== value)
    throw new BadValue(`has ${shown(value)}; browsers send it as ${parsed.origin}`, 'origin-malformed')
  return value
}

/** Chrome makes an extension's id from the letters a to p, 32 of them. */
export function looksLikeNoChromeExtension(value: string): boolean {
  return value.startsWith('chrome-extension://') && !/^chrome-extension:\/\/[a-p]{32}$/.test(value)
}

/** Those of some entries that a list of origins has not, neither by name nor by the pattern. */
export function missingIn(list: readonly string[], entries: readonly string[]): string[] {
  const anyFirefox = list.includes(ANY_FIREFOX_EXTENSION)
  return entries.filter(entry => !list.includes(entry) && !(anyFirefox && entry.startsWith('moz-extension://')))
}
