import type { Context } from '@draupnir/db'
import type { Instant } from '@draupnir/time'

/** The end of the last closed period; null when none was closed. */
export async function findClosedThrough(ctx: Context): Promise<Instant | null> {
  const [row] = await ctx.db.sql<{ closed_through: Instant }[]>`
    select closed_through from closings where tenant_id = ${ctx.tenant} order by closed_through desc limit 1`
  return row?.closed_through ?? null
}

export async function insertClosing(ctx: Context, closedThrough: Instant): Promise<void> {
  await ctx.db.sql`
    insert into closings (tenant_id, closed_through, closed_at, closed_by)
    values (${ctx.tenant}, ${closedThrough}, ${ctx.now()}, ${ctx.actor})`
}
