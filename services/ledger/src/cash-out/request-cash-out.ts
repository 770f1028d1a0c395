import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type Currency, compare, type Money, sum, toWire } from '@draupnir/money'
import { readEarnings } from '../settlement/earnings.ts'
import { requireParty } from '../wallet/require-party.ts'
import { type CashOut, takeEarnings } from './cash-out.ts'
import { lockPolicy } from './cash-out-policy.store.ts'
import { isBelow } from './cash-out-policy.ts'
import { MAX_LEGS } from './follow-schedule.ts'
import { openCashOut, readFree } from './open-cash-out.ts'

export interface RequestCashOut {
  readonly partyId: Id<'party'>
  readonly currency: Currency
  /** Everything that is free, when null. */
  readonly amount: Money | null
}

/**
 * Cashes out what a person asks for, under whatever policy, also while it is paused. Refuses
 * `ledger.balance-insufficient`, `ledger.cash-out-below-minimum` and `ledger.cash-out-too-many-legs`.
 */
export function requestCashOut(ctx: Context, input: RequestCashOut): Promise<CashOut> {
  return transact(ctx, async (ctx) => {
    const { partyId, currency } = input
    await requireParty(ctx, partyId)
    const { minimum } = await lockPolicy(ctx, partyId)
    const free = await readFree(ctx, partyId, currency)
    const amount = input.amount ?? free
    if (amount.amount <= 0n || compare(amount, free) > 0) {
      refuse('ledger.balance-insufficient', {
        party_id: partyId,
        amount: { ...toWire(amount) },
        available: { ...toWire(free) },
      })
    }
    if (minimum !== null && isBelow(amount, minimum)) {
      refuse('ledger.cash-out-below-minimum', { amount: { ...toWire(amount) }, minimum: { ...toWire(minimum) } })
    }
    const earnings = await readEarnings(ctx, partyId, MAX_LEGS)
    const own = earnings.filter((it) => it.amount.currency === currency)
    const earned = sum(
      own.map((it) => it.amount),
      currency,
    )
    if (own.length === MAX_LEGS && compare(earned, amount) < 0) {
      refuse('ledger.cash-out-too-many-legs', { legs: MAX_LEGS, amount: { ...toWire(earned) } })
    }
    return openCashOut(ctx, { partyId, amount, policy: 'on_request', legs: takeEarnings(own, amount) })
  })
}
