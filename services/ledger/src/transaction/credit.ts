import type { Id } from '@draupnir/ids'
import { type Money, money, toWire } from '@draupnir/money'
import type { DataOf, WalletCredited } from '@draupnir/wire'
import type { Account } from '../account/account.ts'
import { available, type Balance } from '../account/balance.ts'
import type { Transaction } from './transaction.ts'

type Credit = DataOf<typeof WalletCredited>

/** The wallets whose available balance a transaction raised when it was posted, with what they hold after the batch. */
export function walletCredits(transaction: Transaction, after: ReadonlyMap<string, Balance>): Credit[] {
  if (transaction.state !== 'posted') return []
  return [...netByWallet(transaction)].flatMap(([ref, { party, amount }]) => {
    const balance = after.get(ref)
    if (amount.amount <= 0n || balance === undefined) return []
    return {
      party_id: party,
      amount: toWire(amount),
      available: toWire(money(available(balance), amount.currency)),
      transaction_id: transaction.id,
      cause: transaction.resolvedBy ?? transaction.cause,
    }
  })
}

function netByWallet(transaction: Transaction): Map<string, { party: Id<'party'>; amount: Money }> {
  const net = new Map<string, { party: Id<'party'>; amount: Money }>()
  const add = (account: Account, change: bigint) => {
    if (account.name !== 'available' || account.owner === 'platform') return
    const before = net.get(account.ref)?.amount.amount ?? 0n
    net.set(account.ref, { party: account.owner, amount: money(before + change, account.currency) })
  }
  for (const { debit, credit, amount } of transaction.postings) {
    add(debit, -amount.amount)
    add(credit, amount.amount)
  }
  return net
}
