import type { Bus } from '@draupnir/bus'
import { createApp, internalAuth } from '@draupnir/http'
import { type Environment, readConfig, type ServiceConfig } from './config.ts'
import { connectDatabases, connectToBus, type Databases, openClock, type ServiceClock } from './connect.ts'
import type { ServiceDefinition, ServiceParts } from './definition.ts'
import { type Engine, startEngine } from './engine.ts'
import { mountInternal } from './internal-routes.ts'
import { type Listening, listen } from './listen.ts'
import { createLog, type ServiceLog } from './log.ts'
import { createMeter, type Meter } from './meter.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { mountOpen } from './open-routes.ts'
import { migrationsOf, readiness } from './readiness.ts'
import { reporting, startTelemetry, type Telemetry } from './telemetry.ts'

export interface Running {
  readonly url: string
  readonly log: ServiceLog
  /** Drains and closes everything; resolves when nothing is left. Safe to call twice. */
  readonly stop: () => Promise<void>
}

export interface StartOptions {
  readonly env: Environment
  readonly log?: ServiceLog
}

const DRAIN_MS = 6_000

/** Starts a service in this process. `StartFailure` with one line when it cannot; nothing is left open then. */
export async function startService(definition: ServiceDefinition, options: StartOptions): Promise<Running> {
  const opened: (() => Promise<void>)[] = []
  try {
    return await start(definition, options, opened)
  } catch (error) {
    for (const close of opened.reverse()) await close().catch(() => undefined)
    throw error
  }
}

interface Base {
  readonly definition: ServiceDefinition
  readonly config: ServiceConfig
  readonly log: ServiceLog
  readonly telemetry: Telemetry
  readonly databases: Databases
  readonly bus: Bus
  readonly clock: ServiceClock
  readonly parts: ServiceParts
  readonly metrics: Metrics
  readonly meter: Meter
}

async function start(
  definition: ServiceDefinition,
  options: StartOptions,
  opened: (() => Promise<void>)[],
): Promise<Running> {
  const { name } = definition
  const { shared: config, own } = readConfig(options.env, definition.configSchema)
  const telemetry = await startTelemetry(name, config)
  const log = reporting(options.log ?? createLog(name, config.LOG_LEVEL), telemetry.report)
  opened.push(telemetry.stop)
  const clock = openClock(config)
  opened.push(clock.close)
  const [databases, bus] = await both(
    connectDatabases(name, config, migrationsOf(definition)),
    connectToBus(name, config),
    opened,
  )
  const { INTERNAL_AUTH_SECRET: internalAuthSecret } = config
  const parts = definition.build({ config: own, db: databases.db, clock, log, internalAuthSecret })
  const metrics = createMetrics(name)
  const meter = createMeter(parts.waits)
  const base: Base = { definition, config, log, telemetry, databases, bus, clock, parts, metrics, meter }
  const engine = startEngine({ name, db: databases.db, bus, clock, log, parts })
  opened.push(engine.stop)
  metrics.watch({ db: databases.db, bus, clock, engine })
  // Before anybody can ask: they must find what it makes, such as the first key of the gateway.
  const stopExtra = await parts.start()
  opened.push(stopExtra)
  const listening = await serve(base, engine)
  opened.push(listening.drain)
  const leave = await join(base, listening.url)
  log.info({ url: listening.url }, 'started')
  return running(base, engine, listening, [stopExtra, leave])
}

async function both(databases: Promise<Databases>, bus: Promise<Bus>, opened: (() => Promise<void>)[]) {
  const [first, second] = await Promise.allSettled([databases, bus])
  if (first.status === 'fulfilled') opened.push(first.value.close)
  if (second.status === 'fulfilled') opened.push(second.value.close)
  return [await databases, await bus] as const
}

function serve(base: Base, engine: Engine): Promise<Listening> {
  const { definition, config, log, databases, bus, clock, parts, metrics, meter } = base
  const { name } = definition
  const { db, locks } = databases
  const app = createApp({
    routes: parts.routes,
    db,
    locks,
    now: clock.read,
    fingerprintSecret: config.INTERNAL_AUTH_SECRET,
    log,
    authenticate: parts.authenticate ?? internalAuth(config.INTERNAL_AUTH_SECRET),
    open: (app) => {
      const ready = () => readiness(db, bus, migrationsOf(definition))
      mountOpen(app, { ready, metrics, internalAuthSecret: config.INTERNAL_AUTH_SECRET })
      parts.open(app)
    },
    extend: (app) => {
      const { routes, handlers, verify } = parts
      mountInternal(app, { name, db, bus, engine, meter, routes, handlers, verify })
      parts.extend(app)
    },
    onRequest: metrics.onRequest,
    onDefect: metrics.onDefect,
    checkReplies: clock.sandbox !== null,
  })
  return listen(config.HOST, config.PORT, (request, node) =>
    meter.around(app.getPath(request), () => app.fetch(request, node)),
  )
}

/** Tells the test clock that this process must be quiet before time moves. */
async function join({ definition: { name }, clock, log }: Base, url: string): Promise<() => Promise<void>> {
  const { sandbox } = clock
  if (sandbox === null) return async () => {}
  // The address stays the same over restarts: one that was killed leaves no participant that never answers.
  const instance = url
  try {
    await sandbox.register({ name, instance, url })
    return () => sandbox.unregister({ name, instance })
  } catch (error) {
    // Whoever advances the clock may know us otherwise.
    log.warn({ err: error }, 'not registered with the test clock')
    return async () => {}
  }
}

function running(base: Base, engine: Engine, listening: Listening, extras: (() => Promise<void>)[]): Running {
  const { log, telemetry, databases, bus, clock } = base
  let stopping: Promise<void> | undefined
  const stop = async () => {
    const cut = setTimeout(listening.force, DRAIN_MS)
    await listening.drain()
    clearTimeout(cut)
    await engine.stop()
    for (const extra of extras) await extra().catch((error) => log.warn({ err: error }, 'stopping'))
    await Promise.all([bus.close(), databases.close(), clock.close()])
    await telemetry.stop().catch(() => undefined)
    log.info({}, 'stopped')
    log.flush()
  }
  return {
    url: listening.url,
    log,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}
