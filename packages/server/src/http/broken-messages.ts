import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ERRORS, type ErrorType, errorBody, ServiceError } from '../errors.ts'
import { clientAddress } from '../identity/address.ts'
import type { RequestEnd } from '../observe/request-ended.ts'
import { SECURITY_HEADERS } from './headers.ts'
import { requestId } from './request-id.ts'

/** What Node says of a message that it cannot read as HTTP, or that does not arrive. */
const PARSER_ERRORS: Record<string, ErrorType> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** After an answer the client has so long to take it and close, milliseconds; and may send so much meanwhile, bytes. */
const LINGER_MS = 1000
const LINGER_BYTES = 1_048_576

/** What the service takes somewhere. The address of a tunnel is none of its own. */
const METHODS = 'GET, HEAD, POST, DELETE'

/** A connection, with what Node tells to nobody but itself. */
type Connection = Socket & {
  /** The answer whose turn it is, until it is out. */
  _httpMessage?: ServerResponse | null
  /** Knows the request that came last, and may be coming still. */
  parser?: { incoming: IncomingMessage | null } | null
}

/** What is done below HTTP; tells of each message that is answered there. */
export function brokenMessages(requestEnded: (end: RequestEnd) => void) {
  return {
    /** Where a body breaks off, its request is answered as any other. Else there is none to answer: in the same shape. */
    answerBroken(error: NodeJS.ErrnoException, socket: Connection): void {
      if (error.code === 'ECONNRESET' || isBeingAnswered(socket)) socket.destroy()
      // Else it has its answer, and closes when that is through.
      if (!socket.writable) return
      const problem = new ServiceError(PARSER_ERRORS[error.code ?? ''] ?? 'malformed_request')
      const request = socket.parser?.incoming
      const inBody = request?.complete === false
      closeWhenAnswered(socket, inBody ? undefined : () => answer(socket, problem))
      if (inBody) failBody(request, problem)
    },

    /** CONNECT asks for a tunnel, which Node would refuse by closing without a word. */
    refuseTunnel(request: IncomingMessage, socket: Connection): void {
      // Node listens to a tunnel's socket no longer, and an error that nobody listens to ends the process.
      socket.on('error', () => {})
      const problem = new ServiceError('method_not_allowed', { headers: { Allow: METHODS } })
      closeWhenAnswered(socket, () => answer(socket, problem, request))
    },
  }

  /** What a tunnel leads to is no path, and may be anybody's address: it is not told. */
  function answer(socket: Socket, problem: ServiceError, tunnel?: IncomingMessage): void {
    const id = requestId(tunnel ?? { headers: {} })
    socket.write(answerText(problem, id))
    // Browsers open connections ahead of need: where one was left unused, nothing was asked.
    if (socket.bytesRead === 0) return
    requestEnded({
      requestId: id,
      method: tunnel?.method,
      route: 'none',
      tokenRefused: false,
      status: ERRORS[problem.type].status,
      client: `ip:${clientAddress(socket.remoteAddress, {}, { kind: 'none' })}`,
      errorType: problem.type,
    })
  }
}

/** Whether an answer has begun and not ended, so that a second one would stand in it. */
function isBeingAnswered({ _httpMessage: answer }: Connection): boolean {
  return answer?.headersSent === true && !answer.writableEnded
}

/**
 * Tells whoever reads the body, now or in a moment. Where nobody ever does, the answer does not depend on it, or was
 * given before.
 */
function failBody(request: IncomingMessage, problem: ServiceError): void {
  if (request.listenerCount('error') > 0) request.emit('error', problem)
  else request.on('newListener', (event, listener) => event === 'error' && process.nextTick(listener, problem))
}

function answerText(problem: ServiceError, id: string): string {
  const body = errorBody(problem, id)
  const headers: Record<string, string> = {
    'X-Request-ID': id,
    ...SECURITY_HEADERS,
    ...problem.extras.headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${ERRORS[problem.type].status} ${problem.type}\r\n${head.join('')}\r\n${body}`
}

/**
 * Takes nothing more for HTTP, and closes after the answers that are due and the last word. What comes is still read until
 * the client closes too: closed with input unread, the connection would be reset, and a client that is still sending could
 * lose our answer.
 */
function closeWhenAnswered(socket: Connection, lastWord = () => {}): void {
  const most = socket.bytesRead + LINGER_BYTES
  socket.removeAllListeners('data').removeAllListeners('end')
  socket.on('data', () => socket.bytesRead > most && socket.destroy())
  socket.on('end', () => socket.end())
  // How Node closes after a last answer: at once.
  socket.destroySoon = () => {}
  whenAnswered(socket, () => {
    lastWord()
    socket.end()
    const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref()
    socket.once('close', () => clearTimeout(cut))
  })
}

/** Answers go out one after another. */
function whenAnswered(socket: Connection, go: () => void): void {
  const due = socket._httpMessage
  if (due) due.once('close', () => whenAnswered(socket, go))
  else go()
}
