import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { compare, fromWire } from '@draupnir/money'
import type { Payout } from '@draupnir/wire'
import { freeEarnings } from '../settlement/earnings.ts'
import { findCashOut, saveCashOut } from './cash-out.store.ts'
import { type CashOut, fail, payOut, reserve } from './cash-out.ts'
import { lockPolicy, savePolicy } from './cash-out-policy.store.ts'
import { followSchedule, stopClock } from './follow-schedule.ts'

/** The cash-out that a payout carries out. Refuses `ledger.cash-out-unknown`, also for a payout of something else. */
export async function requireCashOut(ctx: Context, payout: Payout): Promise<CashOut> {
  const { id, party_id, amount, source } = payout
  const cashOut = await findCashOut(ctx, source.cash_out_id)
  const context = { payout_id: id, cash_out_id: source.cash_out_id, amount }
  if (cashOut === null || cashOut.partyId !== party_id) refuse('ledger.cash-out-unknown', context)
  const { currency } = cashOut.amount
  if (currency !== amount.currency || compare(cashOut.amount, fromWire(amount)) !== 0) {
    refuse('ledger.cash-out-unknown', context)
  }
  return cashOut
}

/** The funds have left the available balance: they are promised no more. */
export async function reserveCashOut(ctx: Context, payout: Payout): Promise<void> {
  await lockPolicy(ctx, payout.party_id)
  const next = reserve(await requireCashOut(ctx, payout), payout.id)
  if (next !== null) await saveCashOut(ctx, next)
}

/** The bank executed the payout. */
export async function endCashOut(ctx: Context, payout: Payout): Promise<void> {
  await lockPolicy(ctx, payout.party_id)
  const next = payOut(await requireCashOut(ctx, payout), ctx.now())
  if (next !== null) await saveCashOut(ctx, next)
}

/** The funds were not there any more when they were to be reserved: whatever is there waits for its next occasion. */
export async function refuseCashOut(ctx: Context, payout: Payout, reason: string): Promise<void> {
  const policy = await lockPolicy(ctx, payout.party_id)
  await freeCashOut(ctx, payout, reason)
  // On release and above a threshold the next release is the occasion: what is missing would be missing again at once.
  if ('at' in policy.schedule) await followSchedule(ctx, policy)
}

/** The bank did not bring the money where it should go. Trying again by itself would do so for ever: the schedule pauses. */
export async function failCashOut(ctx: Context, payout: Payout, reason: string): Promise<void> {
  const policy = await lockPolicy(ctx, payout.party_id)
  const failed = await freeCashOut(ctx, payout, reason)
  if (failed === null) return
  const pause = { cashOutId: failed.id, reason, since: ctx.now() }
  await savePolicy(ctx, { ...(await stopClock(ctx, policy)), pause })
}

async function freeCashOut(ctx: Context, payout: Payout, reason: string): Promise<CashOut | null> {
  const next = fail(await requireCashOut(ctx, payout), reason, ctx.now())
  if (next === null) return null
  await saveCashOut(ctx, { ...next, payoutId: payout.id })
  await freeEarnings(ctx, next.legs)
  return next
}
