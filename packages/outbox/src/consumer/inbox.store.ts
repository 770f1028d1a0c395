import type { SqlClient } from '@draupnir/db'
import type { Incoming } from './decode.ts'

/** Records events as settled; returns the ids that were not settled before. */
export async function settle(
  sql: SqlClient,
  consumer: string,
  batch: readonly Incoming[],
  outcome: string,
): Promise<ReadonlySet<string>> {
  if (batch.length === 0) return new Set()
  const rows = await sql<{ event_id: string }[]>`
    insert into inbox (consumer, event_id, tenant_id, outcome)
    select ${consumer}, id, tenant, ${outcome}
    from unnest(${batch.map(({ event }) => event.id)}::uuid[], ${batch.map(({ event }) => event.tenantid)}::text[]) as t (id, tenant)
    on conflict do nothing
    returning event_id`
  return new Set(rows.map((row) => row.event_id))
}
