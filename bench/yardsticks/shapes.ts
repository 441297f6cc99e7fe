/** What a caller asks for, as far as the yardsticks look. */
interface Wish {
  model: string
  voice: string
}

/** What OpenAI answers, as far as they look. */
export interface Minted {
  value: string
  expires_at: number
  session: { id: string }
}

const instructions = process.env.INSTRUCTIONS

/** The body of a mint: what the caller asks for, the instructions, and no setting that could be left out. */
export function mintBody({ model, voice }: Wish) {
  return {
    expires_after: { anchor: 'created_at', seconds: 600 },
    session: { type: 'realtime', model, instructions, output_modalities: ['audio'], audio: { output: { voice } } },
  }
}

/** The reply to the caller. */
export function tokenReply({ model, voice }: Wish, { value, expires_at, session }: Minted) {
  return { client_secret: value, expires_at, session_id: session.id, model, voice, instructions }
}
