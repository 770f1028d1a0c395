import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { isTimeZone } from '@draupnir/time'
import { requireParty } from '../wallet/require-party.ts'
import { findPolicy, lockPolicy, savePolicy } from './cash-out-policy.store.ts'
import { type CashOutPolicy, defaultPolicy, isSamePolicy } from './cash-out-policy.ts'
import { followSchedule, stopClock } from './follow-schedule.ts'

export type SetCashOutPolicy = Pick<CashOutPolicy, 'partyId' | 'schedule' | 'minimum'>

/** The policy of a party, the default when nobody set one. Refuses `request.not-found`. */
export async function readCashOutPolicy(ctx: Context, partyId: Id<'party'>): Promise<CashOutPolicy> {
  await requireParty(ctx, partyId)
  return (await findPolicy(ctx, partyId)) ?? defaultPolicy(partyId)
}

/**
 * Says when the earnings of a party are cashed out, from now on, and ends a pause; quiet when that is what holds.
 * Refuses `ledger.time-zone-unknown`.
 */
export function setCashOutPolicy(ctx: Context, input: SetCashOutPolicy): Promise<CashOutPolicy> {
  return transact(ctx, async (ctx) => {
    const { partyId, schedule, minimum } = input
    await requireParty(ctx, partyId)
    if ('at' in schedule && !isTimeZone(schedule.at.zone)) {
      refuse('ledger.time-zone-unknown', { time_zone: schedule.at.zone })
    }
    const before = await lockPolicy(ctx, partyId)
    if (before.set !== null && before.pause === null && isSamePolicy(before, input)) return before
    const stopped = await stopClock(ctx, before)
    const policy = { ...stopped, schedule, minimum, pause: null, set: { by: ctx.actor, at: ctx.now() } }
    await savePolicy(ctx, policy)
    await followSchedule(ctx, policy)
    return (await findPolicy(ctx, partyId)) ?? policy
  })
}
