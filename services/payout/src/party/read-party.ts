import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { BankAccount, Party } from '@draupnir/wire'
import { listBankAccounts } from '../bank-account/list-bank-accounts.ts'
import { selectParties, selectParty } from './party.store.ts'

export interface PartyView extends Party {
  readonly bank_accounts: BankAccount[]
}

/** A party with its bank accounts, oldest first. Refuses `request.not-found`. */
export async function readParty(ctx: Context, id: Id<'party'>): Promise<PartyView> {
  const known = await selectParty(ctx, id)
  if (known === null) refuse('request.not-found', { party_id: id })
  return { ...known.party, bank_accounts: await listBankAccounts(ctx, id) }
}

/** Newest first, older than `before`. */
export function listParties(
  ctx: Context,
  before: readonly [Instant, Id<'party'>] | null,
  limit: number,
): Promise<Party[]> {
  return selectParties(ctx, before, limit)
}
