import type { FastifyInstance } from 'fastify'
import { ServiceError } from '../errors.ts'
import type { Request } from './facts.ts'

/** The largest body taken, bytes. */
export const MAX_BODY_BYTES = 65_536

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON bodies only; an empty one counts as `{}`. The error says nothing of the text, which may be confidential. */
export function jsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      needPlain(request)
      const text = utf8.decode(body as Buffer)
      done(null, text.trim() === '' ? {} : JSON.parse(text))
    } catch (error) {
      done(error instanceof ServiceError ? error : new ServiceError('malformed_json'))
    }
  })
  otherBodies(app)
}

/** Throws where a body is compressed: nothing here unpacks it, and its size would not be bounded. */
export function needPlain({ headers }: Request): void {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity')
    throw new ServiceError('unsupported_media_type', { message: 'Send the body plain, without Content-Encoding.' })
}

/** An empty body has no type to be wrong about: `curl -d ''` calls it a form. */
function otherBodies(app: FastifyInstance): void {
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) done(null, {})
    else done(new ServiceError('unsupported_media_type'))
  })
}

/** A POST without any body is one with an empty object. Before validation, which would refuse `null`. */
export function emptyBodies(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined && request.method === 'POST') request.body = {}
    done()
  })
}

/** Takes any body and looks at none, in a scope of its own: for requests that nothing may stop. */
export function ignoredBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, body, done) => {
    body.resume()
    done(null)
  })
  // A type that makes no sense would be refused before any parser is asked.
  scope.addHook('onRequest', ({ headers }, _reply, done) => {
    delete headers['content-type']
    done()
  })
}
