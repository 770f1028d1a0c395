import { epochMs, MINUTE_MS } from '@draupnir/time'
import type { Balance, Movement } from '../account/balance.ts'
import type { Transaction } from './transaction.ts'

/** What a transaction did to one account, and what the account held after it. */
export interface Entry {
  readonly transaction: Transaction
  readonly movement: Movement
  readonly debit: bigint
  readonly credit: bigint
  readonly after: Balance
}

/** A pending transaction holds from its effective time; it is posted, or voided, when that is told. */
export function effectiveAtOf({ transaction, movement }: Pick<Entry, 'transaction' | 'movement'>) {
  const ended = movement === 'settled' || movement === 'voided'
  return ended ? (transaction.resolvedAt ?? transaction.effectiveAt) : transaction.effectiveAt
}

/** Whether an entry was not recorded within a minute of being effective. Reads of balances rely on exactly this. */
export function isLate(effectiveAt: Transaction['effectiveAt'], recordedAt: Transaction['bookedAt']): boolean {
  if (effectiveAt === recordedAt) return false
  const lag = epochMs(recordedAt) - epochMs(effectiveAt)
  return lag < 0 || lag > MINUTE_MS
}
