import { answerBetaMint, type BetaForm } from './beta.ts'
import type { Fault, RequestTarget } from './fault-words.ts'
import { type Answer, type Call, errorAnswer, jsonAnswer } from './http.ts'
import { refuseKey } from './keys.ts'
import { answerMint, type MintParts } from './mint.ts'
import { modelList } from './models.ts'
import { answerPreflight, corsHeaders } from './realtime/cors.ts'
import { betaDisabled } from './realtime/errors.ts'
import type { Realtime } from './realtime/realtime.ts'

/** Asked for when the first call comes, so that an emulator that only mints stays small. */
export type RouteParts = MintParts & { realtime: () => Promise<Realtime> }

/** `target` is the name by which faults and latency find the route; none for what a browser asks by itself. */
export type Route = {
  name: string
  target?: RequestTarget
  /** On whatever is answered, faults too, so that a browser may read them. */
  headers?: Readonly<Record<string, string>>
  answer(call: Call, fault: Fault | undefined): Answer | Promise<Answer>
}

/** Finds what answers a method and a path under `/v1`. */
export type FindRoute = (method: string, path: string) => Route | undefined

const HANGUP = /^\/v1\/realtime\/calls\/([\w-]+)\/hangup$/
const HANGUP_NAME = 'POST /v1/realtime/calls/{id}/hangup'

const callIdIn = (path: string) => HANGUP.exec(path)?.[1] ?? ''

export const createRoutes = (parts: RouteParts, beta: BetaForm | undefined): FindRoute => {
  const { realtime } = parts
  const hangup: Route = {
    name: HANGUP_NAME,
    target: 'hangup',
    answer: async call => (await realtime()).hangUp(call, callIdIn(call.path)),
  }
  const routes: Route[] = [
    { name: 'POST /v1/realtime/client_secrets', target: 'mint', answer: call => answerMint(call, parts) },
    { name: 'GET /v1/models', target: 'models', answer: call => answerModels(call, parts) },
    {
      name: 'POST /v1/realtime/calls',
      target: 'call',
      headers: corsHeaders,
      answer: async (call, fault) => (await realtime()).place(call, fault),
    },
    { name: 'OPTIONS /v1/realtime/calls', headers: corsHeaders, answer: answerPreflight },
    // Where the beta took offers.
    { name: 'POST /v1/realtime', answer: () => errorAnswer(betaDisabled) },
  ]
  if (beta) {
    routes.push({
      name: 'POST /v1/realtime/sessions',
      target: 'mint',
      answer: call => answerBetaMint(call, parts, beta),
    })
  }
  const byName = new Map(routes.map(route => [route.name, route]))
  return (method, path) =>
    byName.get(`${method} ${path}`) ?? (method === 'POST' && HANGUP.test(path) ? hangup : undefined)
}

const answerModels = ({ headers }: Call, { apiKey, now }: MintParts): Answer => {
  const refused = refuseKey(headers, apiKey)
  return refused ? errorAnswer(refused) : jsonAnswer(modelList(now()))
}
