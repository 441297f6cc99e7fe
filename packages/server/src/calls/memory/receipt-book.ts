import type { Clock } from '../../clock.ts'
import { type LiveCall, newReceipt, type Receipt } from '../call.ts'

/** Beyond it the receipts of the calls that ended first are forgotten early. */
const MAX_RECEIPTS = 20_000

/** Calls that are under way or ended not long ago. */
export interface ReceiptBook {
  begin(call: LiveCall): void
  /** The call is over; from now on its receipt ages. */
  close(receipt: Receipt): void
  /** As it stands, to be changed in place. */
  get(id: string): Receipt | undefined
  /** A copy that tells when it was read. */
  read(receipt: Receipt): Receipt
  /** The call that was placed with a ticket. */
  idOf(ticketHash: string): string | undefined
  /** By the beginnings of the calls. */
  newestFirst(): Receipt[]
}

/** Each call's times go on from its beginning by the monotonic clock, so that a clock that is set changes no length. */
export function receiptBook(historyMs: number, { now, mono }: Clock): ReceiptBook {
  const begunAt = new WeakMap<Receipt, number>()
  /** In the order in which the calls began. */
  const receipts = new Map<string, Receipt>()
  /** By the hashes of their tickets. */
  const ids = new Map<string, string>()
  /** When calls ended, by the monotonic clock and in that order. */
  const ends = new Map<Receipt, number>()
  let lastOrder = 0

  function forgetOld(): void {
    for (const [receipt, endedAt] of ends) {
      if (mono() - endedAt < historyMs && receipts.size < MAX_RECEIPTS) return
      ends.delete(receipt)
      receipts.delete(receipt.id)
      ids.delete(receipt.ticketHash)
    }
  }

  const timeOf = (receipt: Receipt) => receipt.startedAt + mono() - (begunAt.get(receipt) ?? mono())

  return {
    begin(call) {
      lastOrder = Math.max(now() * 1000, lastOrder + 1)
      ids.set(call.ticketHash, call.id)
      const receipt = newReceipt(call, now(), lastOrder)
      begunAt.set(receipt, mono())
      receipts.set(call.id, receipt)
    },
    close(receipt) {
      receipt.state = 'ended'
      receipt.endedAt = timeOf(receipt)
      ends.set(receipt, mono())
    },
    get(id) {
      forgetOld()
      return receipts.get(id)
    },
    read: receipt => ({ ...receipt, asOf: timeOf(receipt) }),
    idOf(ticketHash) {
      forgetOld()
      return ids.get(ticketHash)
    },
    newestFirst() {
      forgetOld()
      return [...receipts.values()].reverse()
    },
  }
}
