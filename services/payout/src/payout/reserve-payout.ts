import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { lockPayout, savePayout } from './payout.store.ts'
import { refusePayout as refuse, reservePayout as reserve } from './payout.ts'

export const SUBMIT_PAYOUT = 'payout.submit-payout'

/** The ledger has put the funds in transit: the bank may be asked. */
export function reservePayout(outer: Context, id: Id<'payout'>): Promise<void> {
  return transact(outer, async (ctx) => {
    const next = reserve(required(await lockPayout(ctx, id), `payout ${id} is gone`))
    if (next === null) return
    await savePayout(ctx, next)
    await schedule(ctx, { kind: SUBMIT_PAYOUT, key: id, dueAt: ctx.now(), data: { payout_id: id } })
  })
}

/** The ledger does not have the funds: nothing was moved, the payout ends with the reason. */
export function refusePayout(outer: Context, id: Id<'payout'>, code: string): Promise<void> {
  return transact(outer, async (ctx) => {
    const next = refuse(required(await lockPayout(ctx, id), `payout ${id} is gone`), code)
    if (next !== null) await savePayout(ctx, next)
  })
}
