import type { FastifyInstance } from 'fastify'
import { ServiceError } from '../errors.ts'

/** The largest body taken, bytes. */
export const MAX_BODY_BYTES = 65_536

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON bodies only; an empty one counts as `{}`. The error says nothing of the text, which may be confidential. */
export function jsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      const text = utf8.decode(body as Buffer)
      done(null, text.trim() === '' ? {} : JSON.parse(text))
    } catch {
      done(new ServiceError('malformed_json'))
    }
  })
  otherBodies(app)
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
