import { type Context, type SqlClient, textArray } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { BillingStatus, ContractSync } from '@draupnir/wire'
import { and, eq } from 'drizzle-orm'
import { contractStatuses, contractTransitions } from './status.table.ts'
import type { Machine, ServiceStatus } from './status.ts'

export interface ContractsOf {
  readonly tenant: Id<'tenant'>
  readonly ids: readonly Id<'contract'>[]
}

type StatusRow = Pick<typeof contractStatuses.$inferSelect, 'tenant' | 'contractId' | 'sync' | 'billingStatus'>

/** Of the contracts of each tenant asked for. */
export async function selectStatuses(sql: SqlClient, asked: readonly ContractsOf[]): Promise<StatusRow[][]> {
  const ids = asked.flatMap((one) => one.ids)
  const rows =
    ids.length === 0
      ? []
      : await sql<StatusRow[]>`
        select tenant_id as tenant, contract_id as "contractId", sync, billing_status as "billingStatus"
        from unnest(${textArray(asked.flatMap(({ tenant, ids }) => ids.map(() => tenant)))}::text[],
          ${textArray(ids)}::text[]) as t (tenant_id, contract_id) join contract_statuses using (tenant_id, contract_id)`
  const found = new Map(rows.map((row) => [`${row.tenant} ${row.contractId}`, row]))
  return asked.map(({ tenant, ids }) => ids.flatMap((id) => found.get(`${tenant} ${id}`) ?? []))
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

export interface Window {
  /** Inclusive. */
  readonly from: Instant
  /** Exclusive; null is without an end. */
  readonly to: Instant | null
}

/** The first of a window, all of the last moment, in the order of time, and of one moment in that they were noticed in. */
export async function selectTransitions(
  ctx: Context,
  contractId: Id<'contract'>,
  { from, to }: Window,
  limit: number,
): Promise<Transition[]> {
  return await ctx.db.sql<Transition[]>`
    select machine, from_status as "from", to_status as "to", at from (
      select * from contract_transitions
      where tenant_id = ${ctx.tenant} and contract_id = ${contractId} and at >= ${from}::timestamptz
        and (${to}::timestamptz is null or at < ${to}::timestamptz)
      order by at fetch first ${limit} rows with ties) t
    order by at, seq`
}
