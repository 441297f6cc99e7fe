import type { RequestListener, ServerResponse } from 'node:http'
import { answerControl, type ControlParts } from './control.ts'
import { bodyTooLarge, invalidUrl, outageOf } from './errors.ts'
import { playAnswer } from './fault-plays.ts'
import { type Answer, after, type Call, errorAnswer, readBody, send, startClock } from './http.ts'
import type { Route } from './routes.ts'

export type ServeParts = ControlParts & {
  routes: ReadonlyMap<string, Route>
  /** Whether `/_emulator/` answers other machines than this one. */
  controlFromAnywhere: boolean
  log: (line: string) => void
}

const CONTROL = '/_emulator/'

/** What happens to a request: read, control or record, maybe strike, wait, answer, count. */
export const createListener = (parts: ServeParts): RequestListener => {
  const { routes, faults, latency, ledger, log } = parts

  const unknown = ({ method, path }: Call): Answer => {
    log(`emulator: nobody knows ${method} ${path}`)
    return errorAnswer(invalidUrl(method, path))
  }

  const safely = (answer: () => Answer): Answer => {
    try {
      return answer()
    } catch (error) {
      log(`emulator: ${error instanceof Error ? error.stack : error}`)
      return errorAnswer(outageOf(500))
    }
  }

  const answerApi = (call: Call, response: ServerResponse) => {
    const name = `${call.method} ${call.path}`
    const route = routes.get(name)
    const fault = faults.strike(route?.target ?? '*')
    const waitMs = (route?.target === 'mint' ? latency.ms : 0) + (fault?.delayMs ?? 0)
    const real = () => safely(() => (route ? route.answer(call) : unknown(call)))
    ledger.record(call)
    after(response, waitMs, () => ledger.count(route ? name : 'unknown', playAnswer(response, fault, real)))
  }

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
        safely(() => answerControl(call, parts, socket.remoteAddress, parts.controlFromAnywhere)),
      )
    })
  }
}
