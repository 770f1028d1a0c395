import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { PayInCleared, PayInFailed, PayInReturned } from '@draupnir/wire'
import type { Standing } from '../payment-order/payment-order.ts'
import { lockPayIn, savePayIn } from './pay-in.store.ts'
import { followPayIn, type PayInView } from './pay-in.ts'

/** Brings a pay-in to where the bank says it stands; what it has said before changes nothing. */
export function recordPayInStanding(outer: Context, id: Id<'payIn'>, standing: Standing): Promise<void> {
  return transact(outer, async (ctx) => {
    const payIn = await lockPayIn(ctx, id)
    const next = payIn === null ? null : followPayIn(payIn, standing, ctx.now())
    if (next === null) return
    await savePayIn(ctx, next)
    await tell(ctx, next)
  })
}

async function tell(ctx: Context, pay_in: PayInView): Promise<void> {
  const { state, returned } = pay_in
  if (returned === null) {
    await emit(ctx, state === 'cleared' ? PayInCleared : PayInFailed, { data: { pay_in } })
    return
  }
  await emit(ctx, PayInReturned, { data: { pay_in, reason_code: returned.code, returned_at: returned.at } })
}
