import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

export interface Expired {
  readonly tenant_id: Id<'tenant'>
  readonly id: Id<'transaction'>
}

/** Pending transactions of all tenants whose time is over, the earliest first. */
export async function findExpired({ sql }: Db, at: Instant, limit: number): Promise<Expired[]> {
  return await sql<Expired[]>`
    select tenant_id, id from transactions where state = 'pending' and expires_at is not null and expires_at <= ${at}
    order by expires_at limit ${limit}`
}
