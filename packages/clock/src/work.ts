import type { Context, Db, Log, Trace } from '@draupnir/db'
import { type Id, parseId } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Clock } from './clock.ts'
import type { TimerRow } from './timer.store.ts'

/** What the runner knows of a unit of work; the service makes its context of it. */
export interface WorkOrigin {
  readonly db: Db
  readonly now: Instant
  readonly tenant: Id<'tenant'>
  readonly actor: string
  readonly trace: Trace
}

export type ContextFor<C extends Context> = (origin: WorkOrigin) => C

/** What every kind of work needs to run. */
export interface Workshop<C extends Context> {
  readonly db: Db
  readonly clock: Clock
  readonly contextFor: ContextFor<C>
  readonly log: Log
  readonly leaseMs: number
  /** Called whenever something was begun or ended: the counter of the activity report. */
  readonly count: () => void
}

/** Undoes the transaction of a timer or activity that somebody else replaced, cancelled or took over while it ran. */
export class Superseded extends Error {}

/** The context of a timer or an activity: the trace goes on where it was scheduled. */
export function contextOf<C extends Context>(shop: Workshop<C>, db: Db, now: Instant, row: TimerRow): C {
  return shop.contextFor({
    db,
    now,
    tenant: parseId('tenant', row.tenant_id),
    actor: `timer:${row.kind}`,
    trace: { correlationId: row.correlation_id, causationId: row.id, traceparent: row.traceparent },
  })
}
