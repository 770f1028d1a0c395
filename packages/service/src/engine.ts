import type { Bus } from '@draupnir/bus'
import { type Clock, startTimerRunner, sweep, type TimerRunner } from '@draupnir/clock'
import type { Context, DbPool, Log } from '@draupnir/db'
import { contextFor, sweepIdempotency, type UnitOfWork, withFields } from '@draupnir/http'
import { type Consumers, indexHandlers, type Relay, type Resolver, startConsumers, startRelay } from '@draupnir/outbox'
import { HOUR_MS } from '@draupnir/time'
import { type ServiceName, streamName } from '@draupnir/wire'
import type { ServiceParts } from './definition.ts'
import { traceBus, traceDefinition, traceHandler } from './instrument.ts'

/** What works without being asked: relay, consumers, timers. */
export interface Engine {
  readonly relay: Relay
  readonly consumers: Consumers
  /** What operators' work on the parked events of one consumer needs. */
  readonly resolverFor: (consumer: string) => Resolver
  readonly timers: TimerRunner
  readonly stop: () => Promise<void>
}

export interface EngineOptions {
  readonly name: ServiceName
  readonly db: DbPool
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly parts: ServiceParts
}

export function startEngine(options: EngineOptions): Engine {
  const { name, db, clock, log, parts } = options
  const relay = startRelay({ db, bus: traceBus(options.bus), stream: streamName(name), log })
  const handlers = parts.handlers.map((handler) => traceHandler(handler, name))
  const applier = { db, actor: `service:${name}`, contextFor: unitContext(log), clock }
  const consumers = startConsumers({ ...applier, bus: options.bus, service: name, handlers, log })
  const definitions = [...parts.timers, forgetOldKeys(name)].map(traceDefinition)
  const timers = startTimerRunner({ db, clock, definitions, contextFor: applier.contextFor, log })
  return {
    relay,
    consumers,
    timers,
    resolverFor: (consumer) => ({ ...applier, consumer, handlers: indexHandlers(handlers) }),
    stop: async () => {
      // The relay goes last: what the others still commit is published before the process ends.
      await Promise.all([timers.stop(), consumers.stop()])
      await relay.stop()
    },
  }
}

function unitContext(log: Log): (unit: Omit<UnitOfWork, 'log'>) => Context {
  return (unit) => {
    const { correlationId, causationId } = unit.trace
    const fields = { correlation_id: correlationId, causation_id: causationId, tenant: unit.tenant }
    return contextFor({ ...unit, log: withFields(log, fields) })
  }
}

function forgetOldKeys(name: ServiceName) {
  return sweep(`${name}.forget-idempotency-keys`, { everyMs: HOUR_MS }, async (ctx) => {
    const removed = await sweepIdempotency(ctx)
    if (removed > 0) ctx.log.info({ removed }, 'old idempotency keys forgotten')
  })
}
