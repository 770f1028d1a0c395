import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { BillingStatus, ContractSync } from '@draupnir/wire'
import { and, eq, inArray } from 'drizzle-orm'
import { contractStatuses } from './status.table.ts'

export async function selectStatuses(ctx: Context, ids: readonly Id<'contract'>[]) {
  if (ids.length === 0) return []
  return await ctx.db.orm
    .select()
    .from(contractStatuses)
    .where(and(eq(contractStatuses.tenant, ctx.tenant), inArray(contractStatuses.contractId, [...ids])))
}

export async function upsertStatus(
  ctx: Context,
  contractId: Id<'contract'>,
  change: { sync: ContractSync } | { billingStatus: BillingStatus },
): Promise<void> {
  await ctx.db.orm
    .insert(contractStatuses)
    .values({ tenant: ctx.tenant, contractId, ...change })
    .onConflictDoUpdate({ target: [contractStatuses.tenant, contractStatuses.contractId], set: change })
}
