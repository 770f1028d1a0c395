import type { Clock } from '@draupnir/clock'
import type { DbPool } from '@draupnir/db'
import { deriveId } from '@draupnir/ids'
import { keepTenant } from '../tenant/tenant.store.ts'
import { PLATFORM_TENANT } from '../tenant/tenant.ts'
import { keepApiKey } from './api-key.store.ts'
import { hashToken, hintOf } from './api-key.ts'

/** Makes the first tenant, and its key when one is given; quiet when they are there. */
export async function bootstrap(db: DbPool, clock: Clock, token: string | undefined): Promise<void> {
  const now = await clock.read()
  await db.transaction(async (tx) => {
    await keepTenant(tx, PLATFORM_TENANT, 'Platform', now)
    if (token === undefined) return
    const key = {
      id: deriveId('apiKey', hashToken(token).toString('hex')),
      tenant: PLATFORM_TENANT,
      name: 'bootstrap',
      tokenHint: hintOf(token),
      scopes: ['*'],
      createdAt: now,
      createdBy: 'bootstrap',
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    }
    await keepApiKey(tx, key, hashToken(token))
  })
}
