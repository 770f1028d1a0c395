import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type MigrationSource, migrate } from '@draupnir/db'
import postgres from 'postgres'

export interface TemplatePlan {
  /** Of a role that may create databases and roles. */
  readonly adminUrl: string
  readonly runId: string
  readonly schema: string
  readonly sources: readonly MigrationSource[]
}

export interface Clone {
  /** Of the role that owns the tables. */
  readonly ownerUrl: string
  /** Of the service's own role, whose search path is its schema. */
  readonly url: string
  readonly drop: () => Promise<void>
}

const PASSWORD = 'test'

/** A database of one's own, cloned from a template that is migrated once per run. */
export async function cloneDatabase(plan: TemplatePlan): Promise<Clone> {
  const role = `test_${plan.runId}_${plan.schema}`
  const template = `test_${plan.runId}_t_${await checksum(plan)}`
  const name = `test_${plan.runId}_${randomBytes(6).toString('hex')}`
  const sql = postgres(plan.adminUrl, { max: 1, onnotice: () => undefined })
  try {
    await sql`select pg_advisory_lock(hashtext(${`template:${plan.runId}`}))`
    await ensureRole(sql, role, plan.schema)
    await ensureTemplate(sql, plan, role, template)
    await sql`select pg_advisory_unlock_all()`
    await sql`create database ${sql(name)} template ${sql(template)}`
  } finally {
    await sql.end()
  }
  return {
    ownerUrl: databaseUrl(plan.adminUrl, name),
    url: databaseUrl(plan.adminUrl, name, role),
    drop: () => drop(plan.adminUrl, name),
  }
}

async function ensureRole(sql: postgres.Sql, role: string, schema: string): Promise<void> {
  const known = await sql`select 1 from pg_roles where rolname = ${role}`
  if (known.length > 0) return
  await sql.unsafe(`create role "${role}" login password '${PASSWORD}'`)
  await sql.unsafe(`alter role "${role}" set search_path = "${schema}"`)
}

async function ensureTemplate(sql: postgres.Sql, plan: TemplatePlan, role: string, template: string): Promise<void> {
  const known = await sql`select 1 from pg_database where datname = ${template}`
  if (known.length > 0) return
  // Built beside and renamed: a template that failed half-way is never cloned.
  const draft = `test_${plan.runId}_${randomBytes(6).toString('hex')}`
  await sql`create database ${sql(draft)}`
  const url = databaseUrl(plan.adminUrl, draft)
  await migrate({ url, schema: plan.schema, role, sources: plan.sources })
  await sql`alter database ${sql(draft)} rename to ${sql(template)}`
}

async function checksum({ schema, sources }: TemplatePlan): Promise<string> {
  const hash = createHash('sha256').update(schema)
  for (const { name, directory } of sources) {
    hash.update(`\0${name}`)
    for (const file of (await readdir(directory)).sort())
      if (file.endsWith('.sql')) hash.update(`\0${file}\0`).update(await readFile(join(directory, file)))
  }
  return hash.digest('hex').slice(0, 16)
}

async function drop(adminUrl: string, name: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  await sql`drop database if exists ${sql(name)} with (force)`
  await sql.end()
}

function databaseUrl(adminUrl: string, database: string, role?: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  if (role !== undefined) {
    url.username = role
    url.password = PASSWORD
  }
  return url.toString()
}
