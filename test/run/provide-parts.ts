import { findPart, type Machine, PARTS, planFor } from './parts.ts'

/** How the outside is reached. */
export interface Hands {
  say(text: string): void
  /** Runs a command to its end; whether it succeeded. */
  run(words: readonly string[]): boolean
}

/** Sees to it that all parts are there, and announces what it installs before it does. Whether they are, in the end. */
export function provideParts(env: Record<string, string | undefined>, machine: Machine, { say, run }: Hands): boolean {
  const missing = () => PARTS.filter(part => findPart(part, env) === undefined)
  const lacking = missing()
  if (lacking.length === 0) return true
  const plan = planFor(lacking, machine)
  say(plan.say)
  if (!plan.install?.every(run)) return false
  const still = missing()
  if (still.length > 0) say(`Still missing: ${still.map(part => part.name).join(', ')}.\n`)
  return still.length === 0
}
