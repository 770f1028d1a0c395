import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { lockPayIn, savePayIn } from './pay-in.store.ts'
import { reversePayIn } from './pay-in.ts'

/** The ledger has taken a returned pay-in back. */
export function recordReversal(outer: Context, id: Id<'payIn'>, reversedBy: Id<'transaction'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const payIn = await lockPayIn(ctx, id)
    const next = payIn === null ? null : reversePayIn(payIn, reversedBy)
    if (next !== null) await savePayIn(ctx, next)
  })
}
