import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { readEarnings } from '../settlement/earnings.ts'
import { findPolicy, lockPolicy, savePolicy } from './cash-out-policy.store.ts'
import { cashOutEarnings, followSchedule, stopClock } from './follow-schedule.ts'

/** Something was released to a party: its schedule decides when that is cashed out. */
export function cashOutReleased(ctx: Context, partyId: Id<'party'>): Promise<void> {
  return transact(ctx, async (ctx) => followSchedule(ctx, await lockPolicy(ctx, partyId)))
}

/** The clock of a party's schedule has come round; quiet when the schedule was changed or paused meanwhile. */
export function cashOutWhenDue(ctx: Context, partyId: Id<'party'>): Promise<void> {
  return transact(ctx, async (ctx) => {
    const policy = await lockPolicy(ctx, partyId)
    if (policy.dueAt === null || ctx.now() < policy.dueAt) return
    const due = { ...policy, dueAt: null }
    await savePolicy(ctx, due)
    await cashOutEarnings(ctx, due)
    // What is below the minimum or kept back waits for the next time.
    const [left] = await readEarnings(ctx, partyId, 1)
    if (left !== undefined) await followSchedule(ctx, due)
  })
}

/** A party has another bank account: what was paused after a cash-out that did not arrive goes on. */
export function resumeCashOuts(ctx: Context, partyId: Id<'party'>): Promise<void> {
  return transact(ctx, async (ctx) => {
    if ((await findPolicy(ctx, partyId)) === null) return
    const policy = await lockPolicy(ctx, partyId)
    if (policy.pause === null) return
    const resumed = { ...(await stopClock(ctx, policy)), pause: null }
    await savePolicy(ctx, resumed)
    await followSchedule(ctx, resumed)
  })
}
