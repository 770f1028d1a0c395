import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type NatsLogin, natsUsers } from '@draupnir/bus'
import { durables, streams } from '@draupnir/wire'
import { readSettings, type Settings } from './config.ts'
import { environmentOf, type Facts } from './environment.ts'
import { localFacts, processesToStart } from './facts.ts'
import { StackFailure } from './failure.ts'
import { type Infrastructure, keepRunning } from './infrastructure.ts'
import { acquireLock, type Lock } from './lock.ts'
import { type Nats, startNats } from './nats.ts'
import { repositoryRoot } from './paths.ts'
import { freePort } from './ports.ts'
import { discardPostgres, type Postgres, startPostgres } from './postgres.ts'
import { provisionDatabases, provisionStreams } from './provision.ts'
import { announceRunningSystem, defaultDataDir, type RunningSystem, withdrawRunningSystem } from './running.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { type ProcessSpec, type Supervised, supervise } from './supervisor.ts'
import { DATABASE, HEALTH_PATH, type ProcessDeclaration, services } from './topology.ts'

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

type Undo = (() => Promise<unknown>)[]

async function start(options: SystemOptions, dataDir: string, lock: Lock, undo: Undo): Promise<System> {
  const settings = options.settings ?? readSettings()
  const print = options.print ?? (() => {})
  const secrets = openSecrets(dataDir)
  const started = processesToStart(settings, options.only)
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

async function ownPostgres(
  options: SystemOptions,
  dataDir: string,
  secrets: Secrets,
  print: (line: string) => void,
): Promise<Infrastructure<Postgres>> {
  const began = performance.now()
  const folder = join(dataDir, 'postgres')
  if (!existsSync(folder)) print('Setting up Postgres 18 …')
  const port = await freePort(Number(secrets.get('port:postgres', () => '0')) || undefined)
  secrets.set('port:postgres', String(port))
  const settings = options.postgresSettings ?? {}
  const kept = await keepRunning({
    name: 'Postgres',
    start: () => startPostgres({ dataDir: folder, port, persistent: true, settings }),
    print,
  })
  print(`Postgres 18 is ready (${seconds(began)})`)
  return kept
}

async function ownNats(
  options: SystemOptions,
  storeDir: string,
  secrets: Secrets,
  print: (line: string) => void,
): Promise<Infrastructure<Nats>> {
  const began = performance.now()
  const port = await freePort(Number(secrets.get('port:nats', () => '0')) || undefined)
  secrets.set('port:nats', String(port))
  const provisioner = { user: 'provisioner', password: secrets.get('nats:provisioner') }
  const passwords = Object.fromEntries(services().map(({ name }) => [name, secrets.get(`nats:${name}`)]))
  const configText = natsUsers({ streams: streams(), durables: durables(), passwords, provisioner })
  const syncInterval = options.natsSyncInterval
  const kept = await keepRunning({
    name: 'nats-server',
    start: () => startNats({ storeDir, port, configText, ...(syncInterval === undefined ? {} : { syncInterval }) }),
    // Its store may be gone: the relays republish what is missing once the streams are there.
    restarted: ({ url }) => provisionStreams(url, provisioner),
    print,
  })
  print(`nats-server is ready (${seconds(began)})`)
  return kept
}

async function provisionEverything(
  adminUrl: string,
  secrets: Secrets,
  started: readonly ProcessDeclaration[],
  facts: Facts,
  provisioner: NatsLogin | null,
  print: (line: string) => void,
): Promise<void> {
  const began = performance.now()
  const sandboxes = started.filter(({ kind }) => kind === 'sandbox')
  const password = (role: string) => secrets.get(`password:${role}`)
  const [applied] = await Promise.all([
    provisionDatabases({ adminUrl, password, sandboxes, clock: facts.clock }).catch(
      asFailure('The database could not be prepared'),
    ),
    provisionStreams(facts.nats.url, provisioner),
  ])
  print(`Databases and streams are ready (${applied.length} migrations applied, ${seconds(began)})`)
}

async function startProcesses(
  options: SystemOptions,
  dataDir: string,
  facts: Facts,
  lock: Lock,
  undo: Undo,
  otherPids: () => number[],
  print: (line: string) => void,
): Promise<Map<string, Supervised>> {
  const began = performance.now()
  const processes = new Map<string, Supervised>()
  const record = () => lock.record([...[...processes.values()].map(({ pid }) => pid), ...otherPids()].filter(Boolean))
  const specs = facts.started.map((declaration) => specOf(declaration, facts, dataDir, options))
  undo.push(() => stopProcesses(facts.started, processes))
  for (const spec of specs) processes.set(spec.name, await supervise(spec, { print, onChange: record }))
  const ready = Promise.all([...processes.values()].map((each) => each.firstReady()))
  await Promise.race([ready, ...(options.signal === undefined ? [] : [aborted(options.signal)])])
  print(`${specs.length} processes are ready (${seconds(began)})`)
  return processes
}

function specOf(
  declaration: ProcessDeclaration,
  facts: Facts,
  dataDir: string,
  { env = {} }: SystemOptions,
): ProcessSpec {
  const entry = join(repositoryRoot, declaration.folder, 'src', 'main.ts')
  if (!existsSync(entry)) throw new StackFailure(`${entry} is missing: this checkout is incomplete`)
  return {
    name: declaration.name,
    command: process.execPath,
    args: [entry],
    cwd: repositoryRoot,
    env: { ...environmentOf(declaration, facts), ...env['*'], ...env[declaration.name] },
    logFile: join(dataDir, 'logs', `${declaration.name}.log`),
    readyUrl: `${facts.url(declaration.name)}${HEALTH_PATH}`,
  }
}

/** The gateway first, so that nothing new comes in; the services together; what they lean on last. */
async function stopProcesses(
  started: readonly ProcessDeclaration[],
  processes: ReadonlyMap<string, Supervised>,
): Promise<void> {
  const waves = [
    ['gateway'],
    started.filter(({ kind, name }) => kind === 'service' && name !== 'gateway').map(({ name }) => name),
    started.filter(({ kind }) => kind === 'sandbox').map(({ name }) => name),
  ]
  for (const names of waves) await Promise.all(names.map((name) => processes.get(name)?.stop()))
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

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

async function wipe(dataDir: string): Promise<void> {
  await discardPostgres(join(dataDir, 'postgres'))
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith('lock.json')) rmSync(join(dataDir, name), { recursive: true, force: true })
  }
}

function asFailure(what: string): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StackFailure(`${what} (${reason}): correct it, or begin anew with npm start -- --fresh`, { cause: error })
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined
  return () => {
    done ??= work()
    return done
  }
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}
