import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { insertWallet } from './wallet.store.ts'

/** Makes a party known to the ledger, so that its empty wallet can be told from nobody's; quiet when it is known. */
export async function openWallet(ctx: Context, party: Id<'party'>): Promise<void> {
  await insertWallet(ctx, party)
}
