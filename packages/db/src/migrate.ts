import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Defect } from '@draupnir/errors'
import postgres from 'postgres'

/** A folder of `NNNN-what.sql` files; `${role}` in them is the service's role. */
export interface MigrationSource {
  readonly name: string
  readonly directory: string
}

export interface MigrateOptions {
  /** Connection of the owner role: services cannot change their own tables. */
  readonly url: string
  readonly schema: string
  /** The role that will use the tables: select, insert, update and delete, unless a migration takes some away. */
  readonly role: string
  readonly sources: readonly MigrationSource[]
}

const ROLE_PLACEHOLDER = '$' + '{role}'

/** Applies what is missing, in order, each file in a transaction; returns what it applied. A changed file is a `Defect`. */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const sql = postgres(options.url, { max: 1, onnotice: () => undefined, connection: { application_name: 'migrate' } })
  try {
    await sql`select pg_advisory_lock(hashtext(${`migrate:${options.schema}`}))`
    await prepareSchema(sql, options)
    const applied: string[] = []
    for (const source of options.sources) applied.push(...(await applySource(sql, options, source)))
    return applied
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** `source/file` of every migration known to the code, in order: what a service compares with the database before it is ready. */
export async function expectedMigrations(sources: readonly MigrationSource[]): Promise<string[]> {
  const all = await Promise.all(
    sources.map(async (source) => (await files(source)).map((file) => `${source.name}/${file}`)),
  )
  return all.flat()
}

async function prepareSchema(sql: postgres.Sql, { schema, role }: MigrateOptions): Promise<void> {
  await sql`create schema if not exists ${sql(schema)}`
  await sql`set search_path to ${sql(schema)}`
  await sql`grant usage on schema ${sql(schema)} to ${sql(role)}`
  await sql`alter default privileges in schema ${sql(schema)} grant select, insert, update, delete on tables to ${sql(role)}`
  await sql`alter default privileges in schema ${sql(schema)} grant usage, select on sequences to ${sql(role)}`
  await sql`create table if not exists schema_migrations (
    source text not null, name text not null, checksum text not null,
    applied_at timestamptz not null default now(), primary key (source, name))`
  await sql`revoke insert, update, delete on schema_migrations from ${sql(role)}`
}

async function applySource(sql: postgres.Sql, { role }: MigrateOptions, source: MigrationSource): Promise<string[]> {
  const known = await sql<{ name: string; checksum: string }[]>`
    select name, checksum from schema_migrations where source = ${source.name}`
  const checksums = new Map(known.map((row) => [row.name, row.checksum]))
  const applied: string[] = []
  for (const file of await files(source)) {
    const text = await readFile(path.join(source.directory, file), 'utf8')
    const checksum = createHash('sha256').update(text).digest('hex')
    const before = checksums.get(file)
    if (before !== undefined && before !== checksum)
      throw new Defect(`migration ${source.name}/${file} changed after it was applied`)
    if (before !== undefined) continue
    await sql.begin(async (tx) => {
      await tx.unsafe(text.replaceAll(ROLE_PLACEHOLDER, `"${role}"`))
      await tx`insert into schema_migrations (source, name, checksum) values (${source.name}, ${file}, ${checksum})`
    })
    applied.push(`${source.name}/${file}`)
  }
  return applied
}

async function files(source: MigrationSource): Promise<string[]> {
  const found = (await readdir(source.directory)).filter((file) => file.endsWith('.sql')).sort()
  const misnamed = found.find((file) => !/^\d{4}[-_].+\.sql$/.test(file))
  if (misnamed !== undefined) throw new Defect(`migration ${source.name}/${misnamed} is not named NNNN-what.sql`)
  return found
}
