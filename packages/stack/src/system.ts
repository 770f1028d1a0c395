import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NatsLogin } from '@draupnir/bus'
import { readSettings, type Settings } from './config.ts'
import type { Facts } from './environment.ts'
import { localFacts, processesToStart } from './facts.ts'
import type { Infrastructure } from './infrastructure.ts'
import { acquireLock, type Lock } from './lock.ts'
import type { Nats } from './nats.ts'
import { discardPostgres, type Postgres } from './postgres.ts'
import { provisionStreams } from './provision.ts'
import { announceRunningSystem, defaultDataDir, type RunningSystem, withdrawRunningSystem } from './running.ts'
import { openSecrets } from './secrets.ts'
import type { Supervised } from './supervisor.ts'
import { startProcesses, stopProcesses, type Undo } from './system-processes.ts'
import { ownNats, ownPostgres, provisionEverything, refuseUnreachable } from './system-servers.ts'
import { DATABASE } from './topology.ts'

export { findRunningSystem, type RunningSystem } from './running.ts'

export interface SystemOptions {
  /** Default `.data` of this checkout. */
  readonly dataDir?: string
  /** Start from nothing. */
  readonly fresh?: boolean
  /** Of the gateway; default a free one. */
  readonly port?: number
  /** Only these processes; default all. */
  readonly only?: readonly string[]
  /** Environment on top, by process name; `*` for every process. */
  readonly env?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What replaces embedded parts; default the caller's environment. */
  readonly settings?: Settings
  readonly postgresSettings?: Readonly<Record<string, string>>
  readonly natsSyncInterval?: string
  readonly print?: (line: string) => void
  /** Gives up starting, in order. */
  readonly signal?: AbortSignal
}

export interface System extends RunningSystem {
  readonly dataDir: string
  readonly processes: ReadonlyMap<string, Supervised>
  /** Undefined when DATABASE_URL points elsewhere. */
  readonly postgres: Infrastructure<Postgres> | undefined
  /** Undefined when NATS_URL points elsewhere. Its streams are in `natsStoreDir`. */
  readonly nats: Infrastructure<Nats> | undefined
  readonly natsStoreDir: string
  /** Whether an earlier run on this data has told its story. */
  readonly resumed: boolean
  readonly markStoryTold: () => void
  /** Creates the streams and durables that are missing. */
  readonly provisionStreams: () => Promise<void>
  /** Stops the gateway, the services, the sandboxes, nats-server and Postgres, in this order. */
  readonly stop: () => Promise<void>
}

/** Brings the system up and waits until every process is ready. A StackFailure says in one line what to do. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const dataDir = options.dataDir ?? defaultDataDir
  const lock = await acquireLock(dataDir)
  const undo: (() => Promise<unknown>)[] = []
  try {
    if (options.fresh) await wipe(dataDir)
    return await start(options, dataDir, lock, undo)
  } catch (error) {
    for (const step of undo.reverse()) await step()
    lock.release()
    throw error
  }
}

async function start(options: SystemOptions, dataDir: string, lock: Lock, undo: Undo): Promise<System> {
  const settings = options.settings ?? readSettings()
  const print = options.print ?? (() => {})
  const secrets = openSecrets(dataDir)
  const started = processesToStart(settings, options.only)
  await refuseUnreachable('DATABASE_URL', settings.DATABASE_URL, 5432)
  await refuseUnreachable('NATS_URL', settings.NATS_URL, 4222)
  const postgres = settings.DATABASE_URL === undefined ? await ownPostgres(options, dataDir, secrets, print) : undefined
  if (postgres !== undefined) undo.push(postgres.stop)
  options.signal?.throwIfAborted()
  const natsStoreDir = join(dataDir, 'nats')
  if (postgres?.current().created) rmSync(natsStoreDir, { recursive: true, force: true })
  const nats = settings.NATS_URL === undefined ? await ownNats(options, natsStoreDir, secrets, print) : undefined
  if (nats !== undefined) undo.push(nats.stop)
  options.signal?.throwIfAborted()
  const adminUrl = postgres?.current().url ?? settings.DATABASE_URL ?? ''
  const facts = await localFacts({
    settings,
    secrets,
    started,
    adminUrl,
    natsUrl: nats?.current().url ?? '',
    port: options.port,
  })
  const provisioner = facts.nats.login('provisioner')
  await provisionEverything(adminUrl, secrets, started, facts, provisioner, print)
  options.signal?.throwIfAborted()
  const processes = await startProcesses(options, dataDir, facts, lock, undo, () => infrastructurePids(nats), print)
  const running = describe(facts, adminUrl, provisioner)
  announceRunningSystem(dataDir, running)
  const stop = once(async () => {
    withdrawRunningSystem(dataDir)
    await stopProcesses(started, processes)
    await nats?.stop()
    await postgres?.stop()
    lock.release()
  })
  return {
    ...running,
    dataDir,
    processes,
    postgres,
    nats,
    natsStoreDir,
    resumed: secrets.get('story', () => 'untold') === 'told',
    markStoryTold: () => secrets.set('story', 'told'),
    provisionStreams: () => provisionStreams(facts.nats.url, provisioner),
    stop,
  }
}

function describe(facts: Facts, adminUrl: string, provisioner: NatsLogin | null): RunningSystem {
  const database = new URL(adminUrl)
  database.pathname = `/${DATABASE}`
  const sandboxes = facts.started.filter(({ kind }) => kind === 'sandbox')
  return {
    gatewayUrl: facts.url('gateway'),
    apiKey: facts.bootstrapApiKey,
    urls: Object.fromEntries(facts.started.map(({ name }) => [name, facts.url(name)])),
    databaseUrl: database.toString(),
    sandboxDatabaseUrls: Object.fromEntries(
      sandboxes.map(({ name, database: { role, name: own } }) => [name, facts.databaseUrl(role, own)]),
    ),
    natsUrl: facts.nats.url,
    natsLogin: provisioner,
    sandboxControlSecret: facts.sandboxControlSecret,
  }
}

function infrastructurePids(nats: Infrastructure<Nats> | undefined): number[] {
  return nats === undefined ? [] : [nats.current().pid]
}

async function wipe(dataDir: string): Promise<void> {
  await discardPostgres(join(dataDir, 'postgres'))
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith('lock.json')) rmSync(join(dataDir, name), { recursive: true, force: true })
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined
  return () => {
    done ??= work()
    return done
  }
}
