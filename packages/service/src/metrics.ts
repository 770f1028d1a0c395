import type { Bus } from '@draupnir/bus'
import { type Clock, timerActivity } from '@draupnir/clock'
import type { DbPool } from '@draupnir/db'
import type { RequestSeen } from '@draupnir/http'
import { outboxStatus } from '@draupnir/outbox'
import { addMs, epochMs, type Instant } from '@draupnir/time'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Engine } from './engine.ts'

export interface Metrics {
  readonly onRequest: (seen: RequestSeen) => void
  readonly onDefect: () => void
  /** Adds what the engine and the database know, read whenever somebody asks. */
  readonly watch: (sources: MetricSources) => void
  readonly text: () => Promise<string>
}

export interface MetricSources {
  readonly db: DbPool
  readonly bus: Bus
  readonly clock: Clock
  readonly engine: Engine
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const OVERDUE_MS = 60_000

type Refresh = () => Promise<void>

/** Prometheus metrics of one service; the label `service` is on all of them. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  })
  const defects = new Counter({ name: 'defects_total', help: 'Requests that ended in a 500', registers: [registry] })
  const refreshes: Refresh[] = []
  return {
    onRequest: ({ method, route, status, durationMs }) =>
      requests.observe({ method, route, status: String(status) }, durationMs / 1000),
    onDefect: () => defects.inc(),
    watch: (sources) => {
      for (const watch of [watchOutbox, watchConsumers, watchTimers]) refreshes.push(watch(registry, sources))
    },
    text: async () => {
      // What cannot be read keeps its last value: metrics must come even when the database does not.
      await Promise.allSettled(refreshes.map((refresh) => refresh()))
      return registry.metrics()
    },
  }
}

function watchOutbox(registry: Registry, { db, engine: { relay } }: MetricSources): Refresh {
  const pending = gauge(registry, 'outbox_pending', 'Events committed and not yet published')
  const oldest = gauge(registry, 'outbox_oldest_pending_seconds', 'Age of the oldest pending event')
  const blocked = gauge(registry, 'outbox_blocked', 'Pending events the broker refused')
  const parked = gauge(registry, 'events_parked', 'Events set aside for an operator')
  const oldestParked = gauge(registry, 'events_oldest_parked_seconds', 'Age of the oldest parked event')
  const lease = gauge(registry, 'relay_lease_held', 'Whether this replica is the one that publishes')
  const published = total(registry, 'relay_published_total', 'Events published by this replica')
  return async () => {
    lease.set(relay.holdsLease() ? 1 : 0)
    published(relay.published())
    const status = await outboxStatus(db.sql)
    pending.set(status.pending)
    oldest.set((status.oldestPendingMs ?? 0) / 1000)
    blocked.set(status.blocked)
    parked.set(status.parked)
    oldestParked.set((status.oldestParkedMs ?? 0) / 1000)
  }
}

function watchConsumers(registry: Registry, { bus, engine: { consumers } }: MetricSources): Refresh {
  const lag = gauge(registry, 'consumer_lag', 'Messages of the stream not yet acknowledged', ['stream'])
  const handled = total(registry, 'consumer_handled_total', 'Messages answered by this replica')
  return async () => {
    handled(consumers.handled())
    for (const { stream, name } of consumers.each) {
      const state = await bus.consumerState(stream, name)
      if (state !== null) lag.set({ stream }, state.pending + state.ackPending)
    }
  }
}

function watchTimers(registry: Registry, { db, clock }: MetricSources): Refresh {
  const seconds = gauge(registry, 'clock_seconds', 'The time the service believes it is, since 1970')
  const due = gauge(registry, 'timers_due', 'Timers, activities and sweeps due or under way')
  const overdue = gauge(registry, 'timers_overdue', 'Of those, due for more than a minute, or under way')
  return async () => {
    const now = await clock.read()
    seconds.set(epochMs(now) / 1000)
    due.set(await busyAt(db, now))
    overdue.set(await busyAt(db, addMs(now, -OVERDUE_MS)))
  }
}

async function busyAt(db: DbPool, now: Instant): Promise<number> {
  const { busy } = await timerActivity(db, now)
  return busy.reduce((sum, { count }) => sum + count, 0)
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[] = []): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] })
}

// Counted elsewhere since the start of the process: only the difference is added.
function total(registry: Registry, name: string, help: string): (now: number) => void {
  const counter = new Counter({ name, help, registers: [registry] })
  let seen = 0
  return (now) => {
    counter.inc(now - seen)
    seen = now
  }
}
