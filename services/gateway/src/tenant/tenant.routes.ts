import { component, defineRoute, strict } from '@draupnir/http'
import { idField, instantField, textField } from '@draupnir/wire'
import { z } from 'zod'
import type { Environment } from '../api-key/api-key.ts'
import { tokenField } from '../api-key/token-field.ts'
import { createTenant } from './create-tenant.ts'

const newTenant = component(
  'NewTenant',
  z.object({ id: idField('tenant'), name: z.string(), created_at: instantField, token: tokenField }),
)

export function tenantRoutes(environment: Environment) {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/tenants',
      scope: 'tenants:write',
      summary: 'Creates a tenant and its first API key',
      description:
        'A tenant is one marketplace: what it owns is invisible to every other. Only the platform makes one.',
      tags: ['Tenants'],
      body: strict({ name: textField(100) }),
      responses: { 201: newTenant },
      shownOnce: ['token'],
      handler: async (ctx, { body }) => {
        const { tenant, token } = await createTenant(ctx, body.name, environment)
        return { status: 201, body: { id: tenant.id, name: tenant.name, created_at: tenant.createdAt, token } }
      },
    }),
  ]
}
