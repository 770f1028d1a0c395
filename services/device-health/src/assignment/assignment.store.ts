import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { and, eq, gt, isNull, lte, or } from 'drizzle-orm'
import { assignments } from './assignment.table.ts'
import type { Assignment } from './assignment.ts'

export async function selectByContract(ctx: Context, contractId: Id<'contract'>): Promise<Assignment[]> {
  return await ctx.db.orm
    .select()
    .from(assignments)
    .where(and(eq(assignments.tenant, ctx.tenant), eq(assignments.contractId, contractId)))
}

export async function selectByDevice(ctx: Context, deviceId: Id<'device'>): Promise<Assignment[]> {
  return await ctx.db.orm
    .select()
    .from(assignments)
    .where(and(eq(assignments.tenant, ctx.tenant), eq(assignments.deviceId, deviceId)))
}

export async function selectServingAt(ctx: Context, deviceId: Id<'device'>, at: Instant): Promise<Assignment | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(assignments)
    .where(
      and(
        eq(assignments.tenant, ctx.tenant),
        eq(assignments.deviceId, deviceId),
        lte(assignments.from, at),
        or(isNull(assignments.until), gt(assignments.until, at)),
      ),
    )
    .limit(1)
  return row ?? null
}

export async function upsertAssignment(ctx: Context, assignment: Assignment): Promise<void> {
  const { lineId, deviceId, contractId, metered, from, until } = assignment
  await ctx.db.orm
    .insert(assignments)
    .values({ lineId, deviceId, contractId, metered, from, until, tenant: ctx.tenant })
    .onConflictDoUpdate({ target: [assignments.lineId, assignments.deviceId], set: { until } })
}
