import { type Context, transact } from '@draupnir/db'
import type { Environment } from '../api-key/api-key.ts'
import { issueApiKey } from '../api-key/create-api-key.ts'
import { keepTenant } from './tenant.store.ts'
import type { Tenant } from './tenant.ts'

/** A new tenant and the token of its first key, which holds whatever a tenant's key may hold. */
export function createTenant(
  outer: Context,
  name: string,
  environment: Environment,
): Promise<{ tenant: Tenant; token: string }> {
  return transact(outer, async (ctx) => {
    const tenant = { id: ctx.newId('tenant'), name, createdAt: ctx.now() }
    await keepTenant(ctx.db, tenant.id, name, tenant.createdAt)
    const first = { name: 'first key', scopes: ['*'], expiresAt: null, environment }
    const { token } = await issueApiKey({ ...ctx, tenant: tenant.id }, first)
    return { tenant, token }
  })
}
