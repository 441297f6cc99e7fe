import type { RequestListener, ServerResponse } from 'node:http'
import { answerControl, type ControlParts } from './control.ts'
import { bodyTooLarge, invalidUrl } from './errors.ts'
import { hidesAnswer, playAnswer, playInstead } from './fault-plays.ts'
import { type Answer, after, type Call, errorAnswer, type Outcome, readBody, send, startClock } from './http.ts'
import type { Latencies } from './latency.ts'
import { outageOf } from './outages.ts'
import type { FindRoute, Route } from './routes.ts'

export type ServeParts = ControlParts & {
  findRoute: FindRoute
  /** Whether `/_emulator/` answers other machines than this one. */
  controlFromAnywhere: boolean
  log: (line: string) => void
}

const CONTROL = '/_emulator/'

const waitOf = (target: Route['target'], latency: Latencies) =>
  target === 'mint' || target === 'call' ? latency[target] : 0

/** What breaks in here is told to the log, and to the client as a failure of OpenAI's. */
const brokenTo =
  (log: ServeParts['log']) =>
  (error: unknown): Answer => {
    log(`emulator: ${error instanceof Error ? error.stack : error}`)
    return errorAnswer(outageOf(500))
  }

const safely = <T extends Answer | Promise<Answer>>(answer: () => T, broken: (error: unknown) => Answer) => {
  try {
    return answer()
  } catch (error) {
    return broken(error)
  }
}

/** What happens to a request under `/v1`: record, maybe strike, wait, answer, count. */
const createApi = ({ findRoute, faults, latency, ledger, log }: ServeParts) => {
  const broken = brokenTo(log)

  const unknown = ({ method, path }: Call): Answer => {
    log(`emulator: nobody knows ${method} ${path}`)
    return errorAnswer(invalidUrl(method, path))
  }

  return (call: Call, response: ServerResponse) => {
    const route = findRoute(call.method, call.path)
    const fault = call.method === 'OPTIONS' ? undefined : faults.strike(route?.target ?? '*')
    const count = (outcome: Outcome) => ledger.count(route?.name ?? 'unknown', outcome)
    const play = (answer: Answer) => count(playAnswer(response, fault, answer))
    ledger.record(call)
    if (route?.headers) response.setHeaders(new Map(Object.entries(route.headers)))
    after(response, waitOf(route?.target, latency) + (fault?.delayMs ?? 0), () => {
      if (hidesAnswer(fault)) return count(playInstead(response, fault))
      const answer = safely(() => (route ? route.answer(call, fault) : unknown(call)), broken)
      if (answer instanceof Promise) answer.catch(broken).then(play)
      else play(answer)
    })
  }
}

/** Takes requests: reads each to its end, then lets it control the emulator or answers it as OpenAI. */
export const createListener = (parts: ServeParts): RequestListener => {
  const { controlFromAnywhere, log } = parts
  const answerApi = createApi(parts)
  const broken = brokenTo(log)
  return (request, response) => {
    startClock(response)
    readBody(request, body => {
      const { method = '', url = '', headers, socket } = request
      const path = url.split('?', 1)[0] ?? ''
      if (body === undefined) return send(response, errorAnswer(bodyTooLarge))
      const call: Call = { method, path, headers, body }
      if (!path.startsWith(CONTROL)) return answerApi(call, response)
      send(
        response,
        safely(() => answerControl(call, parts, socket.remoteAddress, controlFromAnywhere), broken),
      )
    })
  }
}
