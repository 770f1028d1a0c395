import type { Db } from '@draupnir/db'
import type { DataOf, EventDefinition } from '@draupnir/wire'

export interface EmittedEvent<D = unknown> {
  readonly type: string
  readonly version: number
  readonly aggregateId: string
  readonly aggregateSeq: number
  readonly data: D
}

interface Row extends EmittedEvent {
  readonly pos: bigint
}

/** What stands in the outbox, oldest first; of one kind of event, parsed, when a definition is given. */
export async function emitted(db: Db): Promise<EmittedEvent[]>
export async function emitted<E extends EventDefinition>(db: Db, event: E): Promise<EmittedEvent<DataOf<E>>[]>
export async function emitted(db: Db, event?: EventDefinition): Promise<EmittedEvent[]> {
  const rows = await db.sql<Row[]>`
    select type, version, aggregate_id as "aggregateId", aggregate_seq::int as "aggregateSeq", data
    from outbox where ${event?.type ?? null}::text is null or type = ${event?.type ?? null} order by pos`
  return rows.map((row) => ({ ...row, data: event === undefined ? row.data : event.schema.parse(row.data) }))
}
