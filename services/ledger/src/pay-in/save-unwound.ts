import { cancel } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { SettlementReversed } from '@draupnir/wire'
import { recourseAccount } from '../recipe/recourse.ts'
import { insertReversals, saveLegs, saveState } from '../settlement/settlement.store.ts'
import { reversePayment, type Settlement } from '../settlement/settlement.ts'
import { wireSettlement } from '../settlement/settlement.wire.ts'
import { HOLDING_MATURE } from '../settlement/timer-kinds.ts'
import { savePaymentReversed } from '../wallet/payment.store.ts'
import type { Taken } from './unwind.ts'

export interface UnwoundPayment {
  readonly collectionId: Id<'collection'>
  readonly amount: Money
  readonly taken: readonly Taken[]
}

export interface Reason {
  readonly transactionId: Id<'transaction'>
  readonly payInId: Id<'payIn'>
  readonly reasonCode: string
}

/** Writes what was taken back of a payment, leg by leg, and tells of it; legs that are gone do not mature any more. */
export async function saveUnwound(
  ctx: Context,
  before: Settlement,
  { collectionId, amount, taken }: UnwoundPayment,
  { transactionId, payInId, reasonCode }: Reason,
): Promise<Settlement> {
  const parts = taken.map(({ legId, source, amount }) => ({
    legId,
    transactionId,
    payInId,
    from: recourseAccount(source, amount.currency),
    amount,
    reversedAt: ctx.now(),
  }))
  const after = reversePayment(before, { collectionId, amount, parts, at: ctx.now() })
  const legs = after.legs.filter((leg) => parts.some((part) => part.legId === leg.id))
  await saveLegs(ctx, legs)
  await insertReversals(ctx, parts)
  await saveState(ctx, after)
  await savePaymentReversed(ctx, collectionId, amount.amount)
  for (const { id, state } of legs) if (state === 'reversed') await cancel(ctx, { kind: HOLDING_MATURE, key: id })
  const payment = { collection_id: collectionId, amount: toWire(amount) }
  await emit(ctx, SettlementReversed, {
    data: { settlement: wireSettlement(after), payment, reason: reasonCode, pay_in_id: payInId },
  })
  return after
}
