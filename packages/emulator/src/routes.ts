import { answerBetaMint, type BetaForm } from './beta.ts'
import type { Target } from './fault-words.ts'
import { type Answer, type Call, errorAnswer, jsonAnswer } from './http.ts'
import { refuseKey } from './keys.ts'
import { answerMint, type MintParts } from './mint.ts'
import { modelList } from './models.ts'

/** `target` is the name by which faults and latency find the route. */
export type Route = { target: Exclude<Target, '*'>; answer(call: Call): Answer }

/** Everything under `/v1` that is known, by method and path. Calls and WebSockets belong here when they come. */
export const createRoutes = (parts: MintParts, beta: BetaForm | undefined): ReadonlyMap<string, Route> => {
  const routes = new Map<string, Route>([
    ['POST /v1/realtime/client_secrets', { target: 'mint', answer: call => answerMint(call, parts) }],
    ['GET /v1/models', { target: 'models', answer: call => answerModels(call, parts) }],
  ])
  if (beta) {
    routes.set('POST /v1/realtime/sessions', {
      target: 'mint',
      answer: call => answerBetaMint(call, parts, beta),
    })
  }
  return routes
}

const answerModels = ({ headers }: Call, { apiKey, now }: MintParts): Answer => {
  const refused = refuseKey(headers, apiKey)
  return refused ? errorAnswer(refused) : jsonAnswer(modelList(now()))
}
