/**
 * The longest that a session lasts, and a call with it, seconds: 60 minutes by OpenAI's guide; the `expires_at` of recorded
 * sessions is 3,600 s after their start (pydantic/pydantic-ai, `tests/realtime/cassettes`, July 2026).
 */
export const LONGEST_SESSION_SECONDS = 3600

/** How long a secret can be asked to live, seconds (npm `openai@7.57.0`, `resources/realtime/client-secrets.d.ts`). */
export const SECRET_LIFE_SECONDS = { least: 10, most: 7200 } as const

/** The highest limit on a response's tokens, short of none (npm `openai@7.57.0`, `resources/realtime/realtime.d.ts`). */
export const MOST_OUTPUT_TOKENS = 4096
