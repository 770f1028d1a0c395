import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { PayInCleared, PayInFailed } from '@draupnir/wire'
import type { Standing } from '../payment-order/payment-order.ts'
import { lockPayIn, savePayIn } from './pay-in.store.ts'
import { followPayIn } from './pay-in.ts'

/** Brings a pay-in to where the bank says it stands; what it has said before changes nothing. */
export function recordPayInStanding(outer: Context, id: Id<'payIn'>, standing: Standing): Promise<void> {
  return transact(outer, async (ctx) => {
    const payIn = await lockPayIn(ctx, id)
    const next = payIn === null ? null : followPayIn(payIn, standing, ctx.now())
    if (next === null) return
    await savePayIn(ctx, next)
    if (next.returned === null) {
      await emit(ctx, next.state === 'cleared' ? PayInCleared : PayInFailed, { data: { pay_in: next } })
      return
    }
    // No event yet: the ledger has no recipe that takes spendable money back. Somebody must look.
    ctx.log.error({ pay_in_id: id, party_id: next.party_id, ...next.returned }, 'a cleared pay-in was returned')
  })
}
