// The yardsticks are plain JavaScript, so that they need not pay for type stripping; Express brings no types anyway.

const instructions = process.env.INSTRUCTIONS

/** The body of a mint: what the caller asks for, the instructions, and no setting that could be left out. */
export function mintBody({ model, voice }) {
  return {
    expires_after: { anchor: 'created_at', seconds: 600 },
    session: { type: 'realtime', model, instructions, output_modalities: ['audio'], audio: { output: { voice } } },
  }
}

/** The reply to the caller. */
export function tokenReply({ model, voice }, { value, expires_at, session }) {
  return { client_secret: value, expires_at, session_id: session.id, model, voice, instructions }
}
