import type { Context } from '@draupnir/db'
import type { JsonValue } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { wakeRunners } from './wake.ts'

export interface Schedule {
  /** The name of a `timer` or an `activity` of this service. */
  readonly kind: string
  /** One timer for each tenant, kind and key: scheduling it again replaces it. */
  readonly key: string
  readonly dueAt: Instant
  readonly data: Readonly<Record<string, JsonValue>>
  /** Whether an advancing test clock stops here; true by default. */
  readonly holdsClock?: boolean
}

/** Sets or replaces a timer in the open transaction; the runner of this process is woken after its commit. */
export async function schedule(ctx: Context, { kind, key, dueAt, data, holdsClock = true }: Schedule): Promise<void> {
  const { sql } = ctx.db
  await sql`
    insert into timers (id, tenant_id, kind, key, due_at, data, holds_clock,
      scheduled_by, correlation_id, causation_id, traceparent)
    values (${ctx.newId('timer')}, ${ctx.tenant}, ${kind}, ${key}, ${dueAt}, ${sql.typed.json(data)}, ${holdsClock},
      ${ctx.actor}, ${ctx.trace.correlationId}, ${ctx.trace.causationId}, ${ctx.trace.traceparent})
    on conflict (tenant_id, kind, key) do update set
      due_at = excluded.due_at, data = excluded.data, holds_clock = excluded.holds_clock,
      state = 'waiting', attempt = 0, last_error = null,
      version = timers.version + 1, written_by = pg_current_xact_id(),
      scheduled_by = excluded.scheduled_by, correlation_id = excluded.correlation_id,
      causation_id = excluded.causation_id, traceparent = excluded.traceparent`
  ctx.db.afterCommit(wakeRunners)
}

/** Removes a timer in the open transaction; false when there is none, or when its provider call is already under way. */
export async function cancel(ctx: Context, { kind, key }: Pick<Schedule, 'kind' | 'key'>): Promise<boolean> {
  // The setting tells a running timer which cancels itself from one that somebody else cancelled meanwhile.
  const cancelled = await ctx.db.sql`
    with gone as (
      delete from timers
      where tenant_id = ${ctx.tenant} and kind = ${kind} and key = ${key}
        and (locked_until is null or locked_until <= clock_timestamp())
      returning id
    )
    select set_config('draupnir.cancelled_timers',
      coalesce(current_setting('draupnir.cancelled_timers', true), '') || id || ' ', true) from gone`
  return cancelled.length > 0
}
