import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { PayoutFailed, PayoutSettled } from '@draupnir/wire'
import type { Standing } from '../payment-order/payment-order.ts'
import { lockPayout, savePayout } from './payout.store.ts'
import { followPayout } from './payout.ts'

/** Brings a payout to where the bank says it stands; what it has said before changes nothing. */
export function recordPayoutStanding(outer: Context, id: Id<'payout'>, standing: Standing): Promise<void> {
  return transact(outer, async (ctx) => {
    const payout = await lockPayout(ctx, id)
    const next = payout === null ? null : followPayout(payout, standing, ctx.now())
    if (next === null) return
    await savePayout(ctx, next)
    await emit(ctx, next.state === 'settled' ? PayoutSettled : PayoutFailed, { data: { payout: next } })
  })
}
