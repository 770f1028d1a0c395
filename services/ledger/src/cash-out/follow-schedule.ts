import { cancel, schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { compare, type Money, sum } from '@draupnir/money'
import { readEarnings } from '../settlement/earnings.ts'
import { takeEarnings } from './cash-out.ts'
import { savePolicy } from './cash-out-policy.store.ts'
import { type CashOutPolicy, isEnough, nextDueAt } from './cash-out-policy.ts'
import { openCashOut, readFree } from './open-cash-out.ts'
import { CASH_OUT_DUE } from './timer-kinds.ts'

/** How many legs one cash-out may name: its event stays well below what one message may hold. */
export const MAX_LEGS = 1_000

/** Lets the schedule act on what has been earned by now: at once, or when its clock comes round. The policy is locked. */
export async function followSchedule(ctx: Context, policy: CashOutPolicy): Promise<void> {
  if (policy.pause !== null || policy.dueAt !== null || policy.schedule.kind === 'on_request') return
  const dueAt = nextDueAt(policy, ctx.now())
  if (dueAt === null) return cashOutEarnings(ctx, policy)
  await savePolicy(ctx, { ...policy, dueAt })
  await schedule(ctx, { kind: CASH_OUT_DUE, key: policy.partyId, dueAt, data: { party_id: policy.partyId } })
}

/** Cashes out what is earned in each currency, if it is enough; what was not earned, such as a pay-in, stays. */
export async function cashOutEarnings(ctx: Context, policy: CashOutPolicy): Promise<void> {
  const { partyId } = policy
  let cut = true
  while (cut) {
    cut = false
    const earnings = Map.groupBy(await readEarnings(ctx, partyId, MAX_LEGS), (it) => it.amount.currency)
    for (const [currency, own] of earnings) {
      const earned = sum(
        own.map((it) => it.amount),
        currency,
      )
      const amount = lesser(earned, await readFree(ctx, partyId, currency))
      if (!isEnough(policy, amount)) continue
      await openCashOut(ctx, { partyId, amount, policy: policy.schedule.kind, legs: takeEarnings(own, amount) })
      cut ||= own.length === MAX_LEGS
    }
  }
}

/** The policy without its timer. */
export async function stopClock(ctx: Context, policy: CashOutPolicy): Promise<CashOutPolicy> {
  if (policy.dueAt !== null) await cancel(ctx, { kind: CASH_OUT_DUE, key: policy.partyId })
  return { ...policy, dueAt: null }
}

function lesser(a: Money, b: Money): Money {
  return compare(a, b) < 0 ? a : b
}
