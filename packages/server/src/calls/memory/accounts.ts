import { addUsage } from '../call.ts'
import type { Accounts } from '../store.ts'
import type { ReceiptBook } from './receipt-book.ts'
import type { SpendBook } from './spend.ts'
import type { Slots } from './tickets.ts'

export function memoryAccounts(book: ReceiptBook, spent: SpendBook, slots: Slots): Accounts {
  return {
    async addUsage({ id, client }, { usage }) {
      const receipt = book.get(id)
      if (receipt) addUsage(receipt.usage, usage)
      spent.add(client, usage.usd)
    },
    async noteDrifts(id, drifts) {
      const receipt = book.get(id)
      if (receipt) receipt.drifts = Math.max(receipt.drifts, drifts)
    },
    async beginEnd(id, reason) {
      const receipt = book.get(id)
      if (!receipt) return reason
      if (receipt.state === 'active') receipt.state = 'ending'
      receipt.reason ??= reason
      return receipt.reason
    },
    async finish(id) {
      const receipt = book.get(id)
      if (!receipt || receipt.state === 'ended') return undefined
      book.close(receipt)
      slots.delete(receipt.ticketHash)
      return receipt
    },
  }
}
