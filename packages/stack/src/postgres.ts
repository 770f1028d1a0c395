import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from './child.ts'
import { StackFailure } from './failure.ts'
import { poll } from './poll.ts'
import { freePort, isListening } from './ports.ts'
import { clusterFolder, type PostgresUser, postgresBinaries, postgresUser } from './postgres-home.ts'
import { endLeftoverPostmaster } from './postgres-leftover.ts'

export interface PostgresOptions {
  readonly dataDir: string
  /** A free one when absent. */
  readonly port?: number
  /** Whether the data outlives `stop()`. */
  readonly persistent: boolean
  /** Server settings over the durable defaults, such as `{ max_connections: '500' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Postgres {
  /** The superuser's, database `postgres`. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Whether this start made the cluster. */
  readonly created: boolean
  readonly exited: Child['exited']
  readonly kill: (signal: NodeJS.Signals) => void
  readonly stop: () => Promise<void>
}

/** What the books need of a Postgres, wherever it runs. */
export const POSTGRES_SIZES: Readonly<Record<string, string>> = {
  // The ends of the indexes of a journal of ten million rows; memory is taken as it is used.
  shared_buffers: '1GB',
  max_wal_size: '2GB',
  // Files of the log that are kept to be written over: to make a new one holds up every commit for some 30 ms.
  min_wal_size: '1GB',
  // Short transactions only: compiling their plans costs more than it saves.
  jit: 'off',
}

const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  max_connections: '300',
  ...POSTGRES_SIZES,
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** Starts a Postgres 18 on loopback over `dataDir`, made on first use. A StackFailure says what to do. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = postgresUser()
  const binaries = postgresBinaries(user)
  mkdirSync(options.dataDir, { recursive: true })
  const cluster = clusterFolder(options.dataDir, user)
  await endLeftoverPostmaster(cluster)
  const passwordFile = join(options.dataDir, 'superuser-password')
  // A cluster outside of `dataDir` outlives its removal: without the password it is not this one's.
  const created = !existsSync(join(cluster, 'PG_VERSION')) || !existsSync(passwordFile)
  if (created) {
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 })
    initialise(binaries, cluster, readFileSync(passwordFile, 'utf8'), user, options.persistent)
  }
  const password = readFileSync(passwordFile, 'utf8')
  if (options.port !== undefined && (await isListening(options.port)))
    throw new StackFailure(`Port ${options.port}, wanted for Postgres, is in use: stop what uses it or give another`)
  const { child, port } = await startServer(options, binaries, cluster, user)
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid: child.pid,
    created,
    exited: child.exited,
    kill: child.kill,
    stop: async () => {
      await child.stop(30_000)
      if (options.persistent) return
      for (const path of [cluster, `${cluster}.of`]) rmSync(path, { recursive: true, force: true })
      rmSync(options.dataDir, { recursive: true, force: true })
    },
  }
}

/** Ends what still runs on `dataDir` and removes its data, wherever that is. */
export async function discardPostgres(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return
  const cluster = clusterFolder(dataDir, postgresUser())
  await endLeftoverPostmaster(cluster)
  rmSync(cluster, { recursive: true, force: true })
  rmSync(dataDir, { recursive: true, force: true })
}

function initialise(binaries: string, cluster: string, password: string, user: PostgresUser, sync: boolean): void {
  // Made beside and renamed: a launcher killed half-way leaves nothing that looks like a cluster.
  const fresh = `${cluster}.fresh`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 })
  const passwordFile = `${cluster}.password-${randomBytes(4).toString('hex')}`
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' })
  if (user.uid !== undefined && user.gid !== undefined)
    for (const path of [fresh, passwordFile]) chownSync(path, user.uid, user.gid)
  const args = [
    `--pgdata=${fresh}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(sync ? [] : ['--no-sync']),
  ]
  const done = spawnSync(join(binaries, 'bin', 'initdb'), args, { ...user, cwd: '/', env: { LC_ALL: 'C' } })
  rmSync(passwordFile)
  if (done.status !== 0)
    throw new StackFailure(`Postgres could not be set up in ${cluster}: ${done.stderr ?? done.error}`)
  rmSync(cluster, { recursive: true, force: true })
  renameSync(fresh, cluster)
}

async function startServer(
  options: PostgresOptions,
  binaries: string,
  cluster: string,
  user: PostgresUser,
): Promise<{ child: Child; port: number }> {
  const logFile = join(options.dataDir, 'postgres.log')
  const settings = Object.entries({ ...DEFAULTS, ...options.settings })
  // A free port can be taken by another before Postgres binds it: then another one is tried.
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort())
    const child = await startChild({
      command: join(binaries, 'bin', 'postgres'),
      args: ['-D', cluster, '-p', String(port), ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      cwd: '/',
      env: { LC_ALL: 'C' },
      ...user,
      logFile,
      // Fast shutdown: open connections are closed, nothing is lost.
      stopSignal: 'SIGINT',
    })
    const ready = await poll(() => (child.running() ? isReady(cluster, child.pid) : false), 60_000)
    if (ready) return { child, port }
    await child.stop(5_000)
    if (attempt === 3) throw new StackFailure(`Postgres does not start: see the end of ${logFile}`)
  }
}

/** The last line of postmaster.pid is the server's own word. */
function isReady(cluster: string, pid: number): true | undefined {
  const file = join(cluster, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready' ? true : undefined
}
