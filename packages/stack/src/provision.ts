import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connectBus, type NatsLogin, provision as provisionBus } from '@draupnir/bus'
import { provisionTestClock } from '@draupnir/clock'
import { migrate } from '@draupnir/db'
import { instant } from '@draupnir/time'
import { durables, streams } from '@draupnir/wire'
import postgres from 'postgres'
import { repositoryRoot } from './paths.ts'
import { CLOCK, DATABASE, migrationFolders, OWNER_ROLE, type ProcessDeclaration, services } from './topology.ts'

export interface DatabasePlan {
  /** A role that may create roles and databases. */
  readonly adminUrl: string
  readonly password: (role: string) => string
  /** The provider sandboxes that run, each with a database of its own. */
  readonly sandboxes: readonly ProcessDeclaration[]
  readonly clock: 'system' | 'sandbox'
}

/** Where the test clock stands on fresh data: a fixed moment, so that two runs tell the same story. */
export const CLOCK_START = instant('2026-01-01T00:00:00.000Z')

/** Creates roles, databases and schemas and applies every migration; run as often as you like. Returns what it applied. */
export async function provisionDatabases(plan: DatabasePlan): Promise<string[]> {
  const roles = services().map(({ database }) => database.role)
  await asAdmin(plan.adminUrl, async (sql) => {
    await sql`select pg_advisory_lock(hashtext('draupnir:provision'))`
    for (const role of [OWNER_ROLE, ...roles, CLOCK.role, CLOCK.reader]) await login(sql, role, plan.password(role))
    await ownDatabase(sql, DATABASE, OWNER_ROLE)
    for (const { database } of plan.sandboxes) {
      await login(sql, database.role, plan.password(database.role))
      await ownDatabase(sql, database.name, database.role)
    }
    for (const role of [...roles, CLOCK.role, CLOCK.reader]) {
      await sql`grant connect on database ${sql(DATABASE)} to ${sql(role)}`
      const path = role === CLOCK.reader ? CLOCK.schema : role
      await sql.unsafe(`alter role "${role}" in database "${DATABASE}" set search_path = "${path}"`)
    }
  })
  const url = urlFor(plan.adminUrl, OWNER_ROLE, plan.password(OWNER_ROLE), DATABASE)
  await grantClockReader(url)
  const applied = await migrateSchema(url, CLOCK.schema, CLOCK.role, [
    { name: 'clock', directory: join(repositoryRoot, 'packages', 'clock', 'migrations-shared') },
  ])
  if (plan.clock === 'sandbox') await provisionTestClock(url, CLOCK_START)
  for (const declaration of services()) {
    const { schema, role } = declaration.database
    if (schema !== null) applied.push(...(await migrateSchema(url, schema, role, migrationFolders(declaration))))
  }
  return applied
}

/** The URL of `adminUrl`'s server for another role and database. */
export function urlFor(adminUrl: string, role: string, password: string, database: string): string {
  const url = new URL(adminUrl)
  url.username = role
  url.password = password
  url.pathname = `/${database}`
  return url.toString()
}

/** Creates the streams and durables of packages/wire; run as often as you like. */
export async function provisionStreams(url: string, login: NatsLogin | null): Promise<void> {
  const bus = await connectBus({ url, name: 'provisioner', ...login })
  try {
    await provisionBus(bus, { streams: streams(), durables: durables() })
  } finally {
    await bus.close()
  }
}

type Folders = ReturnType<typeof migrationFolders>

async function migrateSchema(url: string, schema: string, role: string, folders: Folders): Promise<string[]> {
  const sources = folders.filter(({ directory }) => existsSync(directory))
  return (await migrate({ url, schema, role, sources })).map((file) => `${schema}: ${file}`)
}

async function grantClockReader(ownerUrl: string): Promise<void> {
  await asAdmin(ownerUrl, async (sql) => {
    await sql`create schema if not exists ${sql(CLOCK.schema)}`
    await sql`grant usage on schema ${sql(CLOCK.schema)} to ${sql(CLOCK.reader)}`
    await sql`alter default privileges in schema ${sql(CLOCK.schema)} grant select on tables to ${sql(CLOCK.reader)}`
  })
}

async function login(sql: postgres.Sql, role: string, password: string): Promise<void> {
  const known = await sql`select 1 from pg_roles where rolname = ${role}`
  // Neither statement takes parameters; passwords are ours and hold no quotes.
  const secret = password.replaceAll("'", "''")
  await sql.unsafe(`${known.length > 0 ? 'alter' : 'create'} role "${role}" login password '${secret}'`)
}

async function ownDatabase(sql: postgres.Sql, name: string, owner: string): Promise<void> {
  const known = await sql`select 1 from pg_database where datname = ${name}`
  if (known.length > 0) return
  // An administrator that is no superuser may only give away what it is a member of.
  await sql.unsafe(`grant "${owner}" to current_user`)
  await sql.unsafe(`create database "${name}" owner "${owner}"`)
  await sql.unsafe(`revoke all on database "${name}" from public`)
}

async function asAdmin(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connection: { application_name: 'provision' } })
  try {
    await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
