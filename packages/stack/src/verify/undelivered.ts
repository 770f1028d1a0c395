import type postgres from 'postgres'
import type { Check } from '../verify.ts'
import type { SchemaOf } from './unordered.ts'

type Finding = Check['findings'][number]
type Subscriptions = Readonly<Record<string, readonly { readonly type: string; readonly service: string }[]>>

/** Every event is settled by every service that subscribes to it; what is parked or missing is named. */
export async function undelivered(
  sql: postgres.Sql,
  schemas: readonly SchemaOf[],
  subscriptions: Subscriptions,
): Promise<Check> {
  const schemaOf = new Map(schemas.map(({ service, schema }) => [service, schema]))
  const findings: Finding[] = []
  for (const [consumer, events] of Object.entries(subscriptions)) {
    for (const producer of new Set(events.map(({ service }) => service))) {
      const from = schemaOf.get(producer)
      const to = schemaOf.get(consumer)
      if (from === undefined || to === undefined) continue
      const types = events.filter(({ service }) => service === producer).map(({ type }) => type)
      findings.push(...(await unsettled(sql, consumer, { from, to, types })))
    }
  }
  return { name: 'events.settled-by-subscribers', ok: findings.length === 0, findings }
}

interface Leg {
  readonly from: string
  readonly to: string
  readonly types: readonly string[]
}

function unsettled(sql: postgres.Sql, consumer: string, { from, to, types }: Leg): Promise<Finding[]> {
  return sql<Finding[]>`
    select ${consumer} || ' event ' || o.event_id as row,
      o.type || ' of ' || o.aggregate_id || coalesce(' is parked: ' || p.code || ' ' || p.error, ' was not applied') as detail
    from ${sql(from)}.outbox o
    left join ${sql(to)}.inbox i on i.event_id = o.event_id
    left join ${sql(to)}.parked p on p.event_id = o.event_id and p.status = 'parked'
    where o.type = any(${[...types]}) and i.event_id is null
    order by o.pos`
}
