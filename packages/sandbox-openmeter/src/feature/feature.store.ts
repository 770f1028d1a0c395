import type { Sql } from '@draupnir/sandbox'
import { notFound } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import type { Feature } from './feature.ts'

const select = (sql: Sql) => sql`
  select f.id, f.key, f.name, f.metadata, f.meter_id as "meterId", m.slug as "meterSlug", f.filters,
    f.created_at as "createdAt", f.updated_at as "updatedAt", f.archived_at as "archivedAt"
  from features f left join meters m on m.id = f.meter_id`

export interface NewFeature extends Pick<Feature, 'id' | 'key' | 'name' | 'metadata' | 'meterId' | 'filters'> {}

export async function insertFeature({ sql, now }: Unit, feature: NewFeature): Promise<Feature> {
  const row = {
    id: feature.id,
    key: feature.key,
    name: feature.name,
    metadata: feature.metadata ? sql.json(feature.metadata) : null,
    meter_id: feature.meterId,
    filters: sql.json(JSON.parse(JSON.stringify(feature.filters))),
    created_at: now,
    updated_at: now,
  }
  await sql`insert into features ${sql(row)}`
  return getFeature(sql, feature.id)
}

export async function findFeature(sql: Sql, idOrKey: string): Promise<Feature | undefined> {
  const [feature] = await sql<Feature[]>`
    ${select(sql)} where f.id = ${idOrKey} or f.key = ${idOrKey}
    order by f.archived_at desc nulls first limit 1`
  return feature
}

export async function getFeature(sql: Sql, idOrKey: string): Promise<Feature> {
  const feature = await findFeature(sql, idOrKey)
  if (!feature) throw notFound('feature', idOrKey)
  return feature
}

export async function listFeatures(sql: Sql, filter: { meterSlugs: readonly string[]; includeArchived: boolean }) {
  return sql<Feature[]>`
    ${select(sql)} where ${filter.includeArchived ? sql`true` : sql`f.archived_at is null`}
      ${filter.meterSlugs.length === 0 ? sql`` : sql`and m.slug = any(${[...filter.meterSlugs]})`}
    order by f.created_at, f.id`
}

export async function archiveFeature({ sql, now }: Unit, id: string): Promise<void> {
  await sql`update features set archived_at = ${now}, updated_at = ${now} where id = ${id} and archived_at is null`
}

export async function usesMeter(sql: Sql, meterId: string): Promise<boolean> {
  const rows = await sql`select 1 from features where meter_id = ${meterId} and archived_at is null limit 1`
  return rows.length > 0
}
