import type { Config } from '../config/config.ts'

/** What says who we are to OpenAI: the key, and whose bill it is. */
export type UpstreamIdentity = Pick<Config, 'OPENAI_API_KEY' | 'OPENAI_ORGANIZATION' | 'OPENAI_PROJECT'>

/** The headers of every request and socket to OpenAI. They hold the key: never to be logged. */
export function identityHeaders(config: UpstreamIdentity): Record<string, string> {
  return {
    authorization: `Bearer ${config.OPENAI_API_KEY.reveal()}`,
    ...(config.OPENAI_ORGANIZATION ? { 'OpenAI-Organization': config.OPENAI_ORGANIZATION } : {}),
    ...(config.OPENAI_PROJECT ? { 'OpenAI-Project': config.OPENAI_PROJECT } : {}),
  }
}
