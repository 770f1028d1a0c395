import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { and, eq } from 'drizzle-orm'
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

export async function upsertAssignment(ctx: Context, assignment: Assignment): Promise<void> {
  const { lineId, deviceId, contractId, metered, serves } = assignment
  await ctx.db.orm
    .insert(assignments)
    .values({ lineId, deviceId, contractId, metered, serves, tenant: ctx.tenant })
    .onConflictDoUpdate({ target: [assignments.lineId, assignments.deviceId], set: { serves } })
}
