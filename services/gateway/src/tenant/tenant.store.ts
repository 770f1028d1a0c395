import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { tenants } from './tenant.table.ts'

/** Quiet when the tenant is there. */
export async function keepTenant(db: Db, id: Id<'tenant'>, name: string, now: Instant): Promise<void> {
  await db.orm.insert(tenants).values({ id, name, createdAt: now }).onConflictDoNothing()
}
