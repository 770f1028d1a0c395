import type { Bus } from '@draupnir/bus'
import type { ActivityReport } from '@draupnir/clock'
import type { DbPool } from '@draupnir/db'
import { consumersBusy, outboxStatus } from '@draupnir/outbox'
import type { Engine } from './engine.ts'
import type { Meter } from './meter.ts'

export interface ActivitySources {
  readonly name: string
  readonly db: DbPool
  readonly bus: Bus
  readonly engine: Engine
  readonly meter: Meter
}

/** What this service is doing and when it will next do something by itself. */
export async function activityReport({ name, db, bus, engine, meter }: ActivitySources): Promise<ActivityReport> {
  // Read before the queues: whatever is counted as handled afterwards shows in the next round.
  const counter = counterOf(engine, meter)
  const [timers, outbox, consumers] = await Promise.all([
    engine.timers.activity(),
    outboxStatus(db.sql),
    consumersBusy(bus, engine.consumers.each),
  ])
  const busy = [
    { what: 'requests', count: meter.open() },
    { what: 'outbox', count: outbox.pending },
    ...consumers,
    ...timers.busy,
  ]
  return { name, counter, busy: busy.filter(({ count }) => count > 0), next_due_at: timers.nextDueAt }
}

function counterOf({ relay, consumers, timers }: Engine, meter: Meter): number {
  return meter.counter() + relay.published() + timers.counter() + consumers.handled()
}
