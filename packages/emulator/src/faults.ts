import { parseFaults } from './fault-text.ts'
import { type Fault, requestTargets, type Target } from './fault-words.ts'

/** The faults in force. */
export type Faults = {
  /** Replaces them all. @throws FaultSyntaxError, leaving those in force as they were. */
  set(text: string): void
  /** The rule that strikes this request or reply, if any: the first, in the order written, whose turn it is. */
  strike(target: Target): Fault | undefined
  /** Rules that are not yet spent, as they were written. */
  active(): string[]
}

type Rule = { fault: Fault; seen: number; left: number }

const isRequest = (target: Target) => target === '*' || requestTargets.some(one => one === target)

const aimedAt = ({ fault, left }: Rule, target: Target) =>
  left > 0 && (fault.target === target || (fault.target === '*' && isRequest(target)))

const itsTurn = (rule: Rule) => {
  rule.seen += 1
  if (rule.seen % rule.fault.every !== 0 || Math.random() >= rule.fault.chance) return false
  rule.left -= 1
  return true
}

/** @throws FaultSyntaxError if the first text cannot be read. */
export const createFaults = (text: string): Faults => {
  const read = (written: string): Rule[] => parseFaults(written).map(fault => ({ fault, seen: 0, left: fault.times }))
  let rules = read(text)
  return {
    set: written => {
      rules = read(written)
    },
    strike: target => rules.find(rule => aimedAt(rule, target) && itsTurn(rule))?.fault,
    active: () => rules.filter(rule => rule.left > 0).map(rule => rule.fault.text),
  }
}
