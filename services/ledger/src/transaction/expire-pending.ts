import type { SweepContext } from '@draupnir/clock'
import { findExpired } from './expired.store.ts'
import { postBatch } from './post-batch.ts'

const AT_ONCE = 500

/** Voids the pending transactions whose time is over; whoever else ends one first has ended it. */
export async function expirePending(ctx: SweepContext): Promise<void> {
  for (;;) {
    const expired = await findExpired(ctx.db, ctx.now(), AT_ONCE)
    for (const [tenant, ids] of Map.groupBy(expired, (row) => row.tenant_id)) {
      await postBatch(
        ctx.forTenant(tenant),
        ids.map(({ id }) => ({ type: 'expire', target: { id }, cause: `expired/${id}` })),
      )
    }
    if (expired.length < AT_ONCE) return
  }
}
