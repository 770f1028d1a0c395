import { type Context, transact } from '@draupnir/db'
import type { Instant } from '@draupnir/time'
import type { Payout } from '@draupnir/wire'
import { endCashOut } from '../cash-out/follow-payout.ts'
import { payoutSettle } from '../recipe/payout.recipes.ts'
import { postTransaction } from '../transaction/post-transaction.ts'

export interface SettlePayout {
  readonly payout: Payout
  readonly cause: string
  readonly effectiveAt: Instant
}

/** The bank executed a payout: the cash has left, and its cash-out is paid out. */
export function settlePayout(ctx: Context, { payout, cause, effectiveAt }: SettlePayout): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { id, party_id, rail, amount } = payout
    const input = { party_id, rail, amount }
    await postTransaction(ctx, { recipe: payoutSettle, input, cause, reference: id, effectiveAt })
    await endCashOut(ctx, payout)
  })
}
