import { composeInstructions, PARKER } from '../packages/server/src/persona.ts'

/** What the yardsticks send and answer as instructions, so that all servers move the same bytes. */
export const INSTRUCTIONS = composeInstructions({ difficulty: 'savage', sport: 'basketball' }, PARKER)
