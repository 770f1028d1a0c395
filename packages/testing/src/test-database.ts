import { connect, type DbPool, type MigrationSource } from '@draupnir/db'
import { afterAll, inject } from 'vitest'
import { cloneDatabase } from './template.ts'
import type {} from './vitest-global-setup.ts'

export interface TestDatabase {
  /** As the service's own role, in its schema. */
  readonly db: DbPool
  /** As the owner of the tables, in the same schema: for setting up what the service may not. */
  readonly owner: DbPool
  /** Of the service's own role, for processes and for pools of a test's own. */
  readonly url: string
  readonly ownerUrl: string
}

export interface TestDatabaseOptions {
  readonly schema: string
  readonly sources: readonly MigrationSource[]
  readonly maxConnections?: number
}

/** A database for this test file alone, gone after it. Call it at the top level of the file: `await testDatabase(…)`. */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const { schema, sources, maxConnections = 6 } = options
  const adminUrl = await postgresUrl()
  const clone = await cloneDatabase({ adminUrl, runId: inject('runId'), schema, sources })
  const db = connect({ url: clone.url, applicationName: `test ${schema}`, maxConnections })
  const owner = connect({ url: clone.ownerUrl, applicationName: 'test owner', maxConnections: 2, searchPath: schema })
  afterAll(async () => {
    await Promise.all([db.close(), owner.close()])
    await clone.drop()
  })
  return { db, owner, url: clone.url, ownerUrl: clone.ownerUrl }
}

/** The Postgres of this run, as a role that may do anything; started by the first who asks. */
export async function postgresUrl(): Promise<string> {
  const response = await fetch(inject('postgresDoor'))
  const text = await response.text()
  if (!response.ok) throw new Error(`no Postgres for tests: ${text}`)
  return text
}
