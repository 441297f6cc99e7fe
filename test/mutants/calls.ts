import { DRIFT_MUTANTS, END_MUTANTS } from './calls/ends.ts'
import { INSTANCE_MUTANTS, SETTING_MUTANTS } from './calls/instances.ts'
import { MONEY_MUTANTS } from './calls/money.ts'
import { PLACING_MUTANTS } from './calls/placing.ts'
import { TICKET_MUTANTS } from './calls/tickets.ts'
import type { Mutant } from './mutant.ts'

/** What unified calls promise, clause by clause. */
export const CALL_MUTANTS: readonly Mutant[] = [
  ...TICKET_MUTANTS,
  ...PLACING_MUTANTS,
  ...END_MUTANTS,
  ...DRIFT_MUTANTS,
  ...MONEY_MUTANTS,
  ...INSTANCE_MUTANTS,
  ...SETTING_MUTANTS,
]
