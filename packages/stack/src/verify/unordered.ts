import type postgres from 'postgres'
import type { Check } from '../verify.ts'

export interface SchemaOf {
  readonly service: string
  readonly schema: string
}

type Finding = Check['findings'][number]

/** Every aggregate's kept events end at the last one made, without a gap, and all are published; retention takes from the front. */
export async function unordered(sql: postgres.Sql, schemas: readonly SchemaOf[]): Promise<Check> {
  const findings: Finding[] = []
  for (const { service, schema } of schemas)
    findings.push(...(await gaps(sql, service, schema)), ...(await unpublished(sql, service, schema)))
  return { name: 'events.published-in-order', ok: findings.length === 0, findings }
}

function gaps(sql: postgres.Sql, service: string, schema: string): Promise<Finding[]> {
  return sql<Finding[]>`
    select ${service} || ' ' || aggregate_type || ' ' || aggregate_id as row,
      'events ' || min(o.aggregate_seq) || ' to ' || max(o.aggregate_seq) || ' are ' || count(o.pos) || ', ' || s.last_seq || ' were made' as detail
    from ${sql(schema)}.outbox_sequence s join ${sql(schema)}.outbox o using (aggregate_type, aggregate_id)
    group by aggregate_type, aggregate_id, s.last_seq
    having max(o.aggregate_seq) <> s.last_seq or max(o.aggregate_seq) - min(o.aggregate_seq) + 1 <> count(o.pos)`
}

function unpublished(sql: postgres.Sql, service: string, schema: string): Promise<Finding[]> {
  return sql<Finding[]>`
    select ${service} || ' event ' || o.event_id as row,
      'is not published' || coalesce(': ' || p.blocked_reason, '') as detail
    from ${sql(schema)}.outbox o join ${sql(schema)}.outbox_publication p using (pos)
    where p.published_at is null`
}
