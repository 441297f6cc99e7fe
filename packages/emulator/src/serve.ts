import type { RequestListener, ServerResponse } from 'node:http'
import { answerControl, type ControlParts } from './control.ts'
import { bodyTooLarge, invalidUrl, outageOf } from './errors.ts'
import { hidesAnswer, playAnswer } from './fault-plays.ts'
import { type Answer, after, type Call, errorAnswer, readBody, send, startClock } from './http.ts'
import type { Latencies } from './latency.ts'
import { corsHeaders } from './realtime/cors.ts'
import type { FindRoute, Route } from './routes.ts'

export type ServeParts = ControlParts & {
  findRoute: FindRoute
  /** Whether `/_emulator/` answers other machines than this one. */
  controlFromAnywhere: boolean
  log: (line: string) => void
}

const CONTROL = '/_emulator/'

const waitOf = (route: Route | undefined, { mint, call }: Latencies) =>
  ({ mint, call, models: 0, hangup: 0 })[route?.target ?? 'models']

/** Faults may hide the true answer, which is then not worked out. */
const NO_ANSWER: Answer = { status: 200, body: '' }

/** What happens to a request: read, control or record, maybe strike, wait, answer, count. */
export const createListener = (parts: ServeParts): RequestListener => {
  const { findRoute, faults, latency, ledger, log } = parts

  const unknown = ({ method, path }: Call): Answer => {
    log(`emulator: nobody knows ${method} ${path}`)
    return errorAnswer(invalidUrl(method, path))
  }

  const broken = (error: unknown): Answer => {
    log(`emulator: ${error instanceof Error ? error.stack : error}`)
    return errorAnswer(outageOf(500))
  }

  const safely = <T extends Answer | Promise<Answer>>(answer: () => T): T | Answer => {
    try {
      return answer()
    } catch (error) {
      return broken(error)
    }
  }

  const answerApi = (call: Call, response: ServerResponse) => {
    const route = findRoute(call.method, call.path)
    // A page may read why its call was refused, also by a fault.
    if (route?.target === 'call') response.setHeaders(new Headers(corsHeaders))
    const fault = call.method === 'OPTIONS' ? undefined : faults.strike(route?.target ?? '*')
    const waitMs = waitOf(route, latency) + (fault?.delayMs ?? 0)
    const play = (answer: Answer) =>
      ledger.count(
        route?.name ?? 'unknown',
        playAnswer(response, fault, () => answer),
      )
    ledger.record(call)
    response.setHeaders(new Map(Object.entries(route?.headers ?? {})))
    after(response, waitMs, () => {
      if (hidesAnswer(fault)) return play(NO_ANSWER)
      const answer = safely(() => (route ? route.answer(call, fault) : unknown(call)))
      if (answer instanceof Promise) answer.catch(broken).then(play)
      else play(answer)
    })
  }

  return (request, response) => {
    startClock(response)
    readBody(request, body => {
      const { method = '', url = '', headers, socket } = request
      const path = url.split('?', 1)[0] ?? ''
      if (body === undefined) return send(response, errorAnswer(bodyTooLarge))
      const call: Call = { method, path, headers, body }
      if (!path.startsWith(CONTROL)) return answerApi(call, response)
      const answer = safely(() => answerControl(call, parts, socket.remoteAddress, parts.controlFromAnywhere))
      send(response, answer)
    })
  }
}
