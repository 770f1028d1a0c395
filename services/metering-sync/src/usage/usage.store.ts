import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { decimal, formatDecimal } from '@draupnir/money'
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { usageEvents } from './usage.table.ts'

export type UsageEvent = typeof usageEvents.$inferSelect

/** Keeps what is new; what is known stays as it was. */
export async function addUsageEvents(ctx: Context, events: readonly UsageEvent[]): Promise<void> {
  await ctx.db.orm
    .insert(usageEvents)
    .values([...events])
    .onConflictDoNothing()
}

/** Usage of these lines of a contract that waits to be sent. */
export function unsentUsage(
  ctx: Context,
  contractId: Id<'contract'>,
  lineIds: readonly Id<'contractLine'>[],
  limit: number,
): Promise<UsageEvent[]> {
  return ctx.db.orm
    .select()
    .from(usageEvents)
    .where(
      and(
        eq(usageEvents.tenant, ctx.tenant),
        eq(usageEvents.contractId, contractId),
        inArray(usageEvents.lineId, [...lineIds]),
        isNull(usageEvents.sentAt),
      ),
    )
    .orderBy(asc(usageEvents.id))
    .limit(limit)
}

export async function markUsageSent(ctx: Context, ids: readonly string[]): Promise<void> {
  await ctx.db.orm
    .update(usageEvents)
    .set({ sentAt: ctx.now() })
    .where(and(eq(usageEvents.tenant, ctx.tenant), inArray(usageEvents.id, [...ids])))
}

/** GPU-hours of a contract, all and those sent, and how many events are not sent yet. */
export async function usageTotals(ctx: Context, contractId: Id<'contract'>) {
  const [row] = await ctx.db.orm
    .select({
      recorded: sql<string>`coalesce(sum(gpu_hours), 0)::text`,
      sent: sql<string>`coalesce(sum(gpu_hours) filter (where sent_at is not null), 0)::text`,
      unsent: sql<bigint>`count(*) filter (where sent_at is null)`,
    })
    .from(usageEvents)
    .where(and(eq(usageEvents.tenant, ctx.tenant), eq(usageEvents.contractId, contractId)))
  const { recorded, sent, unsent } = required(row, 'an aggregate returns a row')
  const plain = (hours: string) => formatDecimal(decimal(hours))
  return { recorded_gpu_hours: plain(recorded), sent_gpu_hours: plain(sent), unsent_events: Number(unsent) }
}
