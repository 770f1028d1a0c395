import type { Context } from '@draupnir/db'
import { listBalances } from '../account/account.store.ts'
import type { Account } from '../account/account.ts'
import { available } from '../account/balance.ts'

/** What may still be moved out of an account, in minor units; zero before anything was posted to it. */
export async function readAvailable(ctx: Context, account: Account): Promise<bigint> {
  const [balance] = await listBalances(ctx, { ref: account.ref, after: null, limit: 1 })
  return balance === undefined ? 0n : available(balance)
}
