import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { selectStatuses } from './status.store.ts'
import { type Statuses, silent } from './status.ts'

/** Looks up what is known of each contract. */
export async function findStatuses(
  ctx: Context,
  ids: readonly Id<'contract'>[],
): Promise<(id: Id<'contract'>) => Statuses> {
  const rows = new Map(
    (await ctx.db.together(selectStatuses, { tenant: ctx.tenant, ids })).map((row) => [row.contractId, row]),
  )
  return (id) => {
    const row = rows.get(id)
    const nothing = silent(id)
    return row === undefined ? nothing : { sync: row.sync ?? nothing.sync, billing_status: row.billingStatus }
  }
}
