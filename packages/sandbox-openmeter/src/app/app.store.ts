import type { Sql } from '@draupnir/sandbox'
import { notFound } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import type { App, AppType } from './app.ts'

const columns = (sql: Sql) => sql`
  id, type, name, description, metadata, draft_sync_hook as "draftSyncHook", issuing_sync_hook as "issuingSyncHook",
  created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`

export async function insertApp({ sql, now }: Unit, id: string, type: AppType, name: string): Promise<App> {
  await sql`insert into apps ${sql({ id, type, name, created_at: now, updated_at: now })}`
  return getApp(sql, id)
}

export async function getApp(sql: Sql, id: string): Promise<App> {
  const [app] = await sql<App[]>`select ${columns(sql)} from apps where id = ${id}`
  if (!app) throw notFound('app', id)
  return app
}

export async function listApps(sql: Sql): Promise<readonly App[]> {
  return sql<App[]>`select ${columns(sql)} from apps where deleted_at is null order by created_at, id`
}

export async function saveApp({ sql, now }: Unit, app: App): Promise<App> {
  const row = {
    name: app.name,
    description: app.description,
    metadata: app.metadata ? sql.json(app.metadata) : null,
    draft_sync_hook: app.draftSyncHook,
    issuing_sync_hook: app.issuingSyncHook,
    updated_at: now,
    deleted_at: app.deletedAt,
  }
  await sql`update apps set ${sql(row)} where id = ${app.id}`
  return getApp(sql, app.id)
}
