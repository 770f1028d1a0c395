import { transact } from '@draupnir/db'
import { component, defineRoute, strict } from '@draupnir/http'
import { idField, instantField, textField } from '@draupnir/wire'
import { z } from 'zod'
import { keepTenant } from '../api-key/api-key.store.ts'
import { createApiKey } from '../api-key/create-api-key.ts'

const newTenant = component(
  'NewTenant',
  z.object({
    id: idField('tenant'),
    name: z.string(),
    created_at: instantField,
    /** A first key of the tenant with every scope but that of making tenants; shown in this answer only. */
    token: z.string(),
  }),
)

/** A tenant is one marketplace: what it owns is invisible to every other. */
export function tenantRoutes(environment: 'sandbox' | 'live', scopes: readonly string[]) {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/tenants',
      scope: 'tenants:write',
      summary: 'Creates a tenant and its first API key',
      tags: ['Tenants'],
      body: strict({ name: textField(100) }),
      responses: { 201: newTenant },
      handler: (outer, { body }) =>
        transact(outer, async (ctx) => {
          const id = ctx.newId('tenant')
          await keepTenant(ctx.db, id, body.name, ctx.now())
          const input = { name: 'first key', scopes, expiresAt: null, environment }
          const { token } = await createApiKey({ ...ctx, tenant: id }, input)
          return { status: 201 as const, body: { id, name: body.name, created_at: ctx.now(), token } }
        }),
    }),
  ]
}
