import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'

type Source = Pick<Db, 'sql'>

interface Metered {
  readonly contract_id: Id<'contract'>
  readonly sent: string
}

/** Contracts to which OpenMeter has not been brought. */
export async function behind({ sql }: Source): Promise<{ row: string; detail: string }[]> {
  return await sql<{ row: string; detail: string }[]>`
    select 'contract ' || contract_id as row,
      sync_state || ' at version ' || synced_version || ' of ' || contract_version || coalesce(': ' || last_error, '') as detail
    from mirrors where sync_state <> 'synced' or synced_version <> contract_version`
}

/** GPU-hours sent for each contract. */
export async function sentHours({ sql }: Source): Promise<Metered[]> {
  return await sql<Metered[]>`
    select contract_id, sum(gpu_hours)::text as sent from usage_events where sent_at is not null group by contract_id`
}
