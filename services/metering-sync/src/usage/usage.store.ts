import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { decimal, formatDecimal } from '@draupnir/money'
import type { Instant, Period } from '@draupnir/time'
import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { usageEvents } from './usage.table.ts'

export type UsageEvent = typeof usageEvents.$inferSelect

/** Keeps what is new; what is known stays as it was. */
export async function addUsageEvents(ctx: Context, events: readonly UsageEvent[]): Promise<void> {
  await ctx.db.orm
    .insert(usageEvents)
    .values([...events])
    .onConflictDoNothing()
}

/** A line whose usage can be sent, the hours before `until` if that is not null. */
export interface Sendable {
  readonly lineId: Id<'contractLine'>
  readonly until: Instant | null
}

/** Usage of these lines of a contract that waits to be sent. */
export async function unsentUsage(
  ctx: Context,
  contractId: Id<'contract'>,
  lines: readonly Sendable[],
  limit: number,
): Promise<UsageEvent[]> {
  if (lines.length === 0) return []
  const ofLine = ({ lineId, until }: Sendable) =>
    and(eq(usageEvents.lineId, lineId), until === null ? undefined : lt(usageEvents.hour, until))
  return ctx.db.orm
    .select()
    .from(usageEvents)
    .where(
      and(
        eq(usageEvents.tenant, ctx.tenant),
        eq(usageEvents.contractId, contractId),
        or(...lines.map(ofLine)),
        isNull(usageEvents.sentAt),
      ),
    )
    .orderBy(asc(usageEvents.id))
    .limit(limit)
}

/** Remembers that usage was sent, and at which moment it counts. */
export async function markUsageSent(ctx: Context, sent: readonly Counted[]): Promise<void> {
  await ctx.db.sql`
    update usage_events u set sent_at = ${ctx.now()}, counted_at = sent.at
    from unnest(${sent.map(({ id }) => id)}::text[], ${sent.map(({ at }) => at)}::timestamptz[]) sent (id, at)
    where u.tenant_id = ${ctx.tenant} and u.id = sent.id`
}

export interface Counted {
  readonly id: string
  readonly at: Instant
}

/** Takes what counted in a period from there, and has it count at the period's end; a repeat changes nothing. */
export async function moveCounted(
  ctx: Context,
  {
    contractId,
    lineId,
    period: { from, to },
  }: { contractId: Id<'contract'>; lineId: Id<'contractLine'>; period: Period },
): Promise<void> {
  await ctx.db.sql`
    insert into usage_events (id, tenant_id, contract_id, line_id, device_id, hour, gpu_hours, recorded_at, counted_at)
    select u.id || part.suffix, u.tenant_id, u.contract_id, u.line_id, u.device_id, u.hour, u.gpu_hours * part.sign, ${ctx.now()}, part.at
    from usage_events u cross join lateral (values (':from', -1, u.counted_at), (':to', 1, ${to}::timestamptz)) part (suffix, sign, at)
    where u.tenant_id = ${ctx.tenant} and u.contract_id = ${contractId} and u.line_id = ${lineId}
      and u.sent_at is not null and u.counted_at >= ${from} and u.counted_at < ${to} and u.gpu_hours <> 0
      and u.id !~ ':(from|to)$'
    on conflict (id) do nothing`
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
