import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ERRORS, type ErrorType, errorBody, ServiceError } from '../errors.ts'
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

/** Answers below HTTP, where there is no request to answer: in the same shape, and then closes. */
export function answerBrokenMessage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || isBeingAnswered(socket)) socket.destroy()
  // Else it has its answer, and closes when that is through.
  if (!socket.writable) return
  answer(socket, new ServiceError(PARSER_ERRORS[error.code ?? ''] ?? 'malformed_request'))
}

type Answering = Socket & { _httpMessage?: Pick<ServerResponse, 'headersSent' | 'writableEnded'> | null }

/** Whether an answer has begun and not ended, so that a second one would stand in it. Node tells it to nobody but itself. */
function isBeingAnswered({ _httpMessage: answer }: Answering): boolean {
  return answer?.headersSent === true && !answer.writableEnded
}

/** What the service takes somewhere. The address of a tunnel is none of its own. */
const METHODS = 'GET, HEAD, POST, DELETE'

/** CONNECT asks for a tunnel, which Node would refuse by closing without a word. */
export function refuseTunnel(_request: unknown, socket: Socket): void {
  // Node listens to a tunnel's socket no longer, and an error that nobody listens to ends the process.
  socket.on('error', () => {})
  answer(socket, new ServiceError('method_not_allowed', { headers: { Allow: METHODS } }))
}

function answer(socket: Socket, problem: ServiceError): void {
  const { status } = ERRORS[problem.type]
  const id = requestId({ headers: {} })
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
  socket.end(`HTTP/1.1 ${status} ${problem.type}\r\n${head.join('')}\r\n${body}`)
  discardRest(socket)
}

/**
 * Reads on until the client closes too, whereupon the socket closes itself. Closed with input unread, the connection
 * would be reset, and a client that is still sending could lose our answer. Nothing of what comes is taken for HTTP.
 */
function discardRest(socket: Socket): void {
  const most = socket.bytesRead + LINGER_BYTES
  socket.removeAllListeners('data').removeAllListeners('end')
  socket.on('data', () => socket.bytesRead > most && socket.destroy())
  const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.once('close', () => clearTimeout(cut))
}
