import type { Answer } from '../http.ts'

/** As recorded on answers of `/v1/realtime/calls`; a page may read why its call was refused, also by a fault. */
export const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Location, X-Request-Id',
  'timing-allow-origin': '*',
}

/** What a browser asks before it sends its offer; OpenAI's own answer to it was not recorded. */
export const answerPreflight = (): Answer => ({
  status: 204,
  headers: {
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, x-openai-agents-sdk, openai-safety-identifier',
    'access-control-max-age': '600',
  },
  body: '',
})
