import type { IncomingHttpHeaders } from 'node:http'

/** Whether `OpenAI-Beta` asks for the Realtime beta, among whatever else it asks for. */
export const asksForBeta = ({ 'openai-beta': betas = '' }: IncomingHttpHeaders): boolean =>
  String(betas)
    .split(',')
    .some(name => name.trim() === 'realtime=v1')
