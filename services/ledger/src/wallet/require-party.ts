import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { hasWallet } from './wallet.store.ts'

/** Refuses `request.not-found` for a party that is not the tenant's. */
export async function requireParty(ctx: Context, party: Id<'party'>): Promise<void> {
  if (!(await hasWallet(ctx, party))) refuse('request.not-found', { id: party })
}
