import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { listBalances } from '../account/account.store.ts'
import { partyAccounts } from '../account/account.ts'
import { type Balance, opened } from '../account/balance.ts'
import { hasWallet } from './wallet.store.ts'

// More than a party can have: every account of the chart in every currency.
const MAX_ACCOUNTS = 1_000

/** Every account of a party in each currency it holds, empty ones too; null for a party that is not the tenant's. */
export async function readWallet(ctx: Context, party: Id<'party'>): Promise<Balance[] | null> {
  if (!(await hasWallet(ctx, party))) return null
  const balances = await listBalances(ctx, { owner: party, after: null, limit: MAX_ACCOUNTS })
  const known = new Map(balances.map((balance) => [balance.account.ref, balance]))
  const currencies = [...new Set(balances.map((balance) => balance.account.currency))].sort()
  return currencies.flatMap((currency) =>
    partyAccounts(party, currency).map((account) => known.get(account.ref) ?? opened(account)),
  )
}
