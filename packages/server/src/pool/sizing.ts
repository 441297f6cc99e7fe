/**
 * How many unused secrets of one kind to hold, ready and under way together.
 *
 * The pool is a base-stock policy for perishable stock with lost sales: each secret handed out orders another, which
 * takes one mint time to come; a request that finds none ready mints its own. With S in all and orders that take L
 * seconds each, the odds that a request finds every one of the S still under way are those of Erlang's loss formula
 * B(S, a) with a = arrival rate × L (it holds for any distribution of L: A. K. Erlang 1917, Sevastyanov 1957).
 * So the least S with B(S, a) under a target is held.
 *
 * Secrets perish. A spare is worth holding only if it is more likely than not to be used before it is too old, so a
 * kind whose history says otherwise holds fewer, or none. A kind without a history gets its spares on trust.
 */
export interface Demand {
  /** Requests a second of late. */
  rate: number
  /** Seconds from sending a mint to having the secret. */
  mintSeconds: number
  /** Requests to expect while a secret can wait in the pool; null while there is too little history to tell. */
  expectedUses: number | null
  /** Spares held however slow the demand, as long as they are likely to be used. */
  spares: number
}

/** The share of requests that may find the stock run dry; a tenth of the 1 % that we aim for, against bursts and drift. */
const MISS_TARGET = 0.001
/** The least odds of being used that make a spare worth its mint. */
const WORTHWHILE = 0.5

/** The stock to hold, 0 to `most`. */
export function stockFor({ rate, mintSeconds, expectedUses, spares }: Demand, most: number): number {
  const floor = expectedUses === null ? spares : worthwhileSpares(expectedUses, spares)
  if (floor === 0) return 0
  return Math.min(most, Math.max(floor, leastStock(rate * mintSeconds, most)))
}

/** The most spares, up to `spares`, each of which Poisson demand uses up with at least the worthwhile odds. */
function worthwhileSpares(expectedUses: number, spares: number): number {
  let term = Math.exp(-expectedUses)
  let atLeast = 1 - term
  let worth = 0
  while (worth < spares && atLeast >= WORTHWHILE) {
    worth++
    term *= expectedUses / worth
    atLeast -= term
  }
  return worth
}

/** The least stock whose Erlang loss under `load` is within the target; at most `most`. */
function leastStock(load: number, most: number): number {
  let loss = 1
  for (let stock = 1; stock < most; stock++) {
    loss = nextLoss(loss, stock, load)
    if (loss <= MISS_TARGET) return stock
  }
  return most
}

/** Erlang's loss formula B(S, a), by its own recursion from B(S − 1, a). */
function nextLoss(loss: number, stock: number, load: number): number {
  return (load * loss) / (stock + load * loss)
}
