import type { Case, Sent } from './cases.ts'

/** Names that curl writes itself or that change what it does. */
const NOT_FOR_CURL = /^(content-length|transfer-encoding|expect|connection)$/i

/** How to send a case again by hand: with curl, or where curl cannot say it with its very bytes. */
export function again({ pieces, ending, request }: Case, port: number): string {
  if (request && curlCanSay(request)) return curl(request, port)
  const bytes = Buffer.concat(pieces).toString('base64')
  const last = ending === 'cut' ? 'write' : 'end'
  const after = ending === 'cut' ? ';s.resetAndDestroy()' : ''
  return `node -e "const s=require('net').connect(${port},'127.0.0.1');s.pipe(process.stdout);s.${last}(Buffer.from('${bytes}','base64'))${after}"`
}

function curlCanSay({ method, path, headers, body }: Sent): boolean {
  const text = [path, ...headers.flat()].join('')
  return (
    /^[A-Z-]+$/.test(method) &&
    path.startsWith('/') &&
    !/[\s#\0]/.test(path) &&
    !/[\r\n\0]/.test(text) &&
    headers.every(([name, value]) => /^[\w-]+$/.test(name) && value !== '' && !NOT_FOR_CURL.test(name)) &&
    headers.some(([name]) => name === 'Host') &&
    body.length < 4000 &&
    !body.includes(0)
  )
}

function curl({ method, path, headers, body }: Sent, port: number): string {
  const given = headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)
  const has = (name: string) => headers.some(([own]) => own.toLowerCase() === name)
  const none = ['User-Agent', 'Accept', ...(body.length > 0 ? ['Content-Type'] : [])]
    .filter(name => !has(name.toLowerCase()))
    .map(name => `-H '${name}:'`)
  const data = body.length > 0 ? [`--data-binary ${quoted(body.toString('latin1'))}`] : []
  const verb = method === 'HEAD' ? ['-I'] : ['-X', method]
  return [
    'curl',
    '-i',
    '--path-as-is',
    '-g',
    ...verb,
    ...given,
    ...none,
    ...data,
    quoted(`http://127.0.0.1:${port}${path}`),
  ].join(' ')
}

/** For a shell, byte by byte. */
function quoted(text: string): string {
  const escaped = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  return `$'${text.replace(/[^ -~]|['\\]/g, escaped)}'`
}
