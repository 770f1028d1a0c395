import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Period } from '@draupnir/time'
import type { UsageBucket } from '@draupnir/wire'
import { and, eq, gte, lt, sql } from 'drizzle-orm'
import { usageHours } from './usage.table.ts'
import type { RecordedHour } from './usage.ts'

export interface UsageKey {
  readonly lineId: Id<'contractLine'>
  readonly deviceId: Id<'device'>
  readonly contractId: Id<'contract'>
}

export async function selectHours(ctx: Context, key: UsageKey, { from, to }: Period): Promise<RecordedHour[]> {
  return await ctx.db.orm
    .select({ hour: usageHours.hour, revision: usageHours.revision, total: usageHours.total })
    .from(usageHours)
    .where(
      and(
        eq(usageHours.tenant, ctx.tenant),
        eq(usageHours.lineId, key.lineId),
        eq(usageHours.deviceId, key.deviceId),
        gte(usageHours.hour, from),
        lt(usageHours.hour, to),
      ),
    )
}

export async function upsertHours(ctx: Context, key: UsageKey, buckets: readonly UsageBucket[]): Promise<void> {
  const { lineId, deviceId, contractId } = key
  const rows = buckets.map(({ hour, revision, total_gpu_seconds }) => {
    return { lineId, deviceId, contractId, tenant: ctx.tenant, hour, revision, total: total_gpu_seconds }
  })
  await ctx.db.orm
    .insert(usageHours)
    .values(rows)
    .onConflictDoUpdate({
      target: [usageHours.lineId, usageHours.deviceId, usageHours.hour],
      set: { total: sql`excluded.total_gpu_seconds`, revision: sql`excluded.revision` },
    })
}
