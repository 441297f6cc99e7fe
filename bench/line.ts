import { once } from 'node:events'
import { connect } from 'node:net'

/** What an answer to a token request says. */
export interface Answer {
  status: number
  secret: string
  /** From `Server-Timing`, milliseconds, where the server sends it. */
  timing: { total: number; openAi: number } | undefined
}

/** One kept-alive connection that carries one request at a time: as little work as can be, so that the load is cheap. */
export interface Line {
  ask(text: string): Promise<Answer>
  close(): void
}

export async function openLine(port: number): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let received = Buffer.alloc(0)
  let waiting: PromiseWithResolvers<Answer> | undefined

  const fail = (problem: Error) => waiting?.reject(problem)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed before an answer')))
  socket.on('data', chunk => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    try {
      const answer = readAnswer(received)
      if (!answer) return
      received = Buffer.alloc(0)
      waiting?.resolve(answer)
    } catch (error) {
      fail(error as Error)
    }
  })
  return {
    ask(text) {
      waiting = Promise.withResolvers()
      socket.write(text, 'latin1')
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

/** Reads one whole answer, or nothing while a part is still missing. */
export function readAnswer(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`)
  if (bytes.length < headEnd + 4 + Number(length)) return undefined
  return { status: Number(head.slice(9, 12)), secret: secretIn(bytes, headEnd), timing: timingIn(head) }
}

function secretIn(bytes: Buffer, from: number): string {
  const quote = bytes.indexOf('"ek_', from)
  return quote === -1 ? '' : bytes.toString('latin1', quote + 1, bytes.indexOf('"', quote + 1))
}

function timingIn(head: string): Answer['timing'] {
  const [, total, openAi] = /\r\nserver-timing: total;dur=([\d.]+), openai;dur=([\d.]+)/i.exec(head) ?? []
  return total === undefined ? undefined : { total: Number(total), openAi: Number(openAi) }
}
