import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type KnownBankAccount, selectBankAccount } from './bank-account.store.ts'

/** A bank account and what the bank calls it; null when there is none. */
export function findBankAccount(ctx: Context, id: Id<'bankAccount'>): Promise<KnownBankAccount | null> {
  return selectBankAccount(ctx, id)
}
