/** An answer with its body already read. */
export interface Answered {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers are inspected field by field, and a wrong shape fails the test
  json: any
  text: string
}

interface Ask {
  method?: string
  headers?: Record<string, string>
  /** An object is sent as JSON. */
  body?: unknown
}

/** Asks once and reads the whole answer. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answered> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const type: Record<string, string> = text === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(url, {
    method,
    headers: { ...type, ...headers },
    ...(text === undefined ? {} : { body: text }),
  })
  const answer = await response.text()
  return { status: response.status, headers: response.headers, text: answer, json: parse(answer) }
}

/** Asks the service at `url` for a token. */
export function askToken(url: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answered> {
  return ask(`${url}/v1/realtime/token`, { method: 'POST', body, headers })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
