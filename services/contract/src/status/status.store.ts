import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { BillingStatus, ContractSync } from '@draupnir/wire'
import { and, asc, eq, inArray } from 'drizzle-orm'
import { contractStatuses, contractTransitions } from './status.table.ts'
import type { Machine, ServiceStatus } from './status.ts'

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
  change: { sync: ContractSync } | { billingStatus: BillingStatus } | { serviceStatus: ServiceStatus },
): Promise<void> {
  await ctx.db.orm
    .insert(contractStatuses)
    .values({ tenant: ctx.tenant, contractId, ...change })
    .onConflictDoUpdate({ target: [contractStatuses.tenant, contractStatuses.contractId], set: change })
}

/** The statuses of a contract, locked until the transaction ends. */
export async function lockStatuses(ctx: Context, contractId: Id<'contract'>) {
  await ctx.db.orm.insert(contractStatuses).values({ tenant: ctx.tenant, contractId }).onConflictDoNothing()
  const [row] = await ctx.db.orm
    .select()
    .from(contractStatuses)
    .where(and(eq(contractStatuses.tenant, ctx.tenant), eq(contractStatuses.contractId, contractId)))
    .for('update')
  return required(row, 'a row that was just there')
}

export interface Transition {
  readonly machine: Machine
  readonly from: string | null
  readonly to: string
  readonly at: Instant
}

export async function insertTransition(ctx: Context, contractId: Id<'contract'>, one: Transition): Promise<void> {
  await ctx.db.orm.insert(contractTransitions).values({ tenant: ctx.tenant, contractId, ...one })
}

/** In the order they were noticed. */
export async function selectTransitions(ctx: Context, contractId: Id<'contract'>): Promise<Transition[]> {
  const { machine, from, to, at, seq } = contractTransitions
  return await ctx.db.orm
    .select({ machine, from, to, at })
    .from(contractTransitions)
    .where(and(eq(contractTransitions.tenant, ctx.tenant), eq(contractTransitions.contractId, contractId)))
    .orderBy(asc(seq))
}
