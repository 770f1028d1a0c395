import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { BankAccount } from '@draupnir/wire'
import { selectBankAccounts } from './bank-account.store.ts'

/** The bank accounts of a party, oldest first. */
export function listBankAccounts(ctx: Context, partyId: Id<'party'>): Promise<BankAccount[]> {
  return selectBankAccounts(ctx, partyId)
}

/** The account that payouts of a party go to: the active one of the currency that was registered last. */
export async function findPayoutAccount(
  ctx: Context,
  partyId: Id<'party'>,
  currency: BankAccount['currency'],
): Promise<BankAccount | null> {
  const accounts = await selectBankAccounts(ctx, partyId)
  return accounts.findLast((account) => account.state === 'active' && account.currency === currency) ?? null
}
