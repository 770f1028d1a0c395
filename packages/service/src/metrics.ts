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
  return {
    onRequest: ({ method, route, status, durationMs }) =>
      requests.observe({ method, route, status: String(status) }, durationMs / 1000),
    onDefect: () => defects.inc(),
    watch: (sources) => {
      watchOutbox(registry, sources)
      watchConsumers(registry, sources)
      watchTimers(registry, sources)
    },
    text: () => registry.metrics(),
  }
}

function watchOutbox(registry: Registry, { db, engine: { relay } }: MetricSources): void {
  const gauge = gaugeIn(registry)
  const pending = gauge('outbox_pending', 'Events committed and not yet published')
  const oldest = gauge('outbox_oldest_pending_seconds', 'Age of the oldest pending event')
  const blocked = gauge('outbox_blocked', 'Pending events the broker refused')
  const parked = gauge('events_parked', 'Events set aside for an operator')
  const oldestParked = gauge('events_oldest_parked_seconds', 'Age of the oldest parked event')
  gauge('relay_lease_held', 'Whether this replica is the one that publishes', (own) => {
    own.set(relay.holdsLease() ? 1 : 0)
  })
  countIn(registry, 'relay_published_total', 'Events published by this replica', () => relay.published())
  gauge('outbox_up', 'Whether the outbox could be read', async (own) => {
    const status = await outboxStatus(db.sql).catch(() => null)
    own.set(status === null ? 0 : 1)
    if (status === null) return
    pending.set(status.pending)
    oldest.set((status.oldestPendingMs ?? 0) / 1000)
    blocked.set(status.blocked)
    parked.set(status.parked)
    oldestParked.set((status.oldestParkedMs ?? 0) / 1000)
  })
}

function watchConsumers(registry: Registry, { bus, engine: { consumers } }: MetricSources): void {
  const gauge = gaugeIn(registry)
  gauge('consumer_lag', 'Messages of the stream not yet acknowledged', async (own) => {
    for (const { stream, name } of consumers.each) {
      const state = await bus.consumerState(stream, name).catch(() => null)
      if (state !== null) own.set({ stream }, state.pending + state.ackPending)
    }
  })
  countIn(registry, 'consumer_handled_total', 'Messages answered by this replica', consumers.handled)
}

const OVERDUE_MS = 60_000

function watchTimers(registry: Registry, { db, clock }: MetricSources): void {
  const gauge = gaugeIn(registry)
  const due = gauge('timers_due', 'Timers, activities and sweeps due or under way')
  const overdue = gauge('timers_overdue', 'Of those, due for more than a minute, or under way')
  gauge('clock_seconds', 'The time the service believes it is, since 1970', async (own) => {
    const now = await clock.read().catch(() => null)
    if (now === null) return
    own.set(epochMs(now) / 1000)
    due.set(await busyAt(db, now))
    overdue.set(await busyAt(db, addMs(now, -OVERDUE_MS)))
  })
}

async function busyAt(db: DbPool, now: Instant): Promise<number> {
  const activity = await timerActivity(db, now).catch(() => ({ busy: [] }))
  return activity.busy.reduce((sum, { count }) => sum + count, 0)
}

type Collect = (own: Gauge) => void | Promise<void>

function gaugeIn(registry: Registry) {
  return (name: string, help: string, collect?: Collect): Gauge => {
    const labelNames = name === 'consumer_lag' ? ['stream'] : []
    const own: Gauge = new Gauge({ name, help, labelNames, registers: [registry], collect: () => collect?.(own) })
    return own
  }
}

// Counted elsewhere since the start of the process: only the difference is added.
function countIn(registry: Registry, name: string, help: string, total: () => number): void {
  let seen = 0
  const counter: Counter = new Counter({
    name,
    help,
    registers: [registry],
    collect: () => {
      const now = total()
      counter.inc(now - seen)
      seen = now
    },
  })
}
