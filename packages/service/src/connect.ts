import { type Bus, connectBus } from '@draupnir/bus'
import { type Clock, type SandboxClock, sandboxClock, systemClock } from '@draupnir/clock'
import { connect, type DbPool, isPassingFailure, type MigrationSource } from '@draupnir/db'
import type { ServiceConfig } from './config.ts'
import { StartFailure } from './failure.ts'
import { missingMigrations } from './readiness.ts'

const PAUSE_MS = 200

export interface Databases {
  readonly db: DbPool
  /** Holds the locks of resumable requests; connects when the first one comes. */
  readonly locks: DbPool
  readonly close: () => Promise<void>
}

/** Opens the pools and waits until the database answers with every migration. */
export async function connectDatabases(
  name: string,
  config: Pick<ServiceConfig, 'DATABASE_URL' | 'DATABASE_CONNECTIONS' | 'START_TIMEOUT_MS'>,
  sources: readonly MigrationSource[],
): Promise<Databases> {
  const { DATABASE_URL: url, DATABASE_CONNECTIONS: maxConnections } = config
  const db = connect({ url, applicationName: name, maxConnections })
  const locks = connect({ url, applicationName: `${name}-locks`, maxConnections: 16 })
  const close = async () => {
    await Promise.all([db.close(), locks.close()])
  }
  try {
    await untilMigrated(db, hostOf(url), sources, config.START_TIMEOUT_MS)
  } catch (error) {
    await close()
    throw error
  }
  return { db, locks, close }
}

async function untilMigrated(db: DbPool, host: string, sources: readonly MigrationSource[], timeoutMs: number) {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const obstacle = await obstacleOf(db, host, sources)
    if (obstacle === null) return
    if (performance.now() > deadline) throw new StartFailure(obstacle)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

async function obstacleOf(db: DbPool, host: string, sources: readonly MigrationSource[]): Promise<string | null> {
  try {
    const missing = await missingMigrations(db, sources)
    return missing.length === 0 ? null : `migrations are missing: ${missing.join(', ')}`
  } catch (error) {
    const reason = `Postgres at ${host} does not let us in: ${error instanceof Error ? error.message : String(error)}`
    if (!isPassingFailure(error)) throw new StartFailure(reason)
    return reason
  }
}

/** Waits for the first connection; afterwards it reconnects for ever by itself. */
export async function connectToBus(
  name: string,
  config: Pick<ServiceConfig, 'NATS_URL' | 'NATS_USER' | 'NATS_PASSWORD' | 'START_TIMEOUT_MS'>,
): Promise<Bus> {
  const { NATS_URL: url, NATS_USER: user, NATS_PASSWORD: password, START_TIMEOUT_MS: timeoutMs } = config
  const login = user === undefined ? {} : { user, ...(password === undefined ? {} : { password }) }
  const connecting = connectBus({ url, name, ...login })
  const timeout = Promise.withResolvers<null>()
  const timer = setTimeout(() => timeout.resolve(null), timeoutMs)
  const bus = await Promise.race([connecting, timeout.promise]).finally(() => clearTimeout(timer))
  if (bus !== null) return bus
  void connecting.then((late) => late.close())
  throw new StartFailure(`NATS at ${hostOf(url)} does not let us in within ${timeoutMs / 1000} s`)
}

export interface ServiceClock extends Clock {
  readonly sandbox: SandboxClock | null
  readonly close: () => Promise<void>
}

/** The machine's time, or the test clock every process of a sandbox shares. */
export function openClock({ CLOCK, CLOCK_DATABASE_URL: url }: ServiceConfig): ServiceClock {
  if (CLOCK === 'system' || url === undefined) return { ...systemClock, sandbox: null, close: async () => {} }
  const sandbox = sandboxClock(url)
  return { read: sandbox.read, sandbox, close: sandbox.close }
}

// Never the whole URL: it holds a password.
function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'the given address'
}
