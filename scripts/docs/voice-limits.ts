import { inWords } from '../../packages/server/src/voice/lab/judge.ts'
import { type CheckName, LIMITS } from '../../packages/server/src/voice/lab/limits.ts'
import { table } from './markdown.ts'

/** The checks of the voice test with their limits and reasons, for its guide. */
export function voiceLimits(): string {
  const rows = (Object.keys(LIMITS) as CheckName[]).map(name => {
    const { title, unit, method, pass, warn, because } = LIMITS[name]
    return [`${title}, ${unit}`, method, inWords(pass), inWords(warn), because]
  })
  return table(['Check', 'How it is measured', 'Pass', 'Warn', 'Why'], rows)
}
