/** A service's address as an origin, or why it cannot be one. */
export type Address = { origin: string; problem?: never } | { origin?: never; problem: string }

/** The longest address that is looked at, in characters. */
const MAX_LENGTH = 300

/** Where plain http may lead: it is not seen by others there. */
const THIS_MACHINE = new Set(['localhost', '127.0.0.1'])

/** Reads what was typed as the service's address. Only https, or http on this machine; no path, name or password. */
export function readAddress(typed: string): Address {
  const text = typed.trim()
  if (text === '') return { problem: 'Type the address of your service, for example https://parker.example.' }
  // Browsers would write a space as %20, and leave out a line's end.
  if (/\s/.test(text)) return { problem: 'This is not an address: there is a space in it.' }
  const url = text.length <= MAX_LENGTH ? URL.parse(withScheme(text)) : null
  if (!url) return { problem: 'This is not an address. It looks like https://parker.example.' }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { problem: 'The address has to begin with https://.' }
  if (url.protocol === 'http:' && !THIS_MACHINE.has(url.hostname))
    return { problem: 'Plain http works only for localhost and 127.0.0.1. Anywhere else use https://.' }
  if (url.username || url.password) return { problem: 'Leave the name and the password out of the address.' }
  if (url.pathname !== '/' || url.search || url.hash)
    return { problem: `Leave out what comes after the host: ${url.origin}` }
  return { origin: url.origin }
}

/** What was typed without a scheme: https, but http on this machine, where services seldom have a certificate. */
function withScheme(text: string): string {
  if (text.includes('://')) return text
  const hostname = URL.parse(`http://${text}`)?.hostname ?? ''
  return `${THIS_MACHINE.has(hostname) ? 'http' : 'https'}://${text}`
}
