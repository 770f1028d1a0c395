import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { idField, instantField, instantInput, textField } from '@draupnir/wire'
import { z } from 'zod'
import type { ApiKey, Environment } from './api-key.ts'
import { createApiKey } from './create-api-key.ts'
import { listApiKeys } from './list-api-keys.ts'
import { revokeApiKey } from './revoke-api-key.ts'
import { SCOPES } from './scopes.ts'
import { tokenField } from './token-field.ts'

const scopeField = z.enum(['*', ...SCOPES])
const apiKeySchema = z.object({
  id: idField('apiKey'),
  name: z.string(),
  token_hint: z.string(),
  scopes: z.array(z.string()),
  created_at: instantField,
  created_by: z.string(),
  expires_at: instantField.nullable(),
  revoked_at: instantField.nullable(),
  last_used_at: instantField.nullable(),
})
const apiKeyResource = component('ApiKey', apiKeySchema)
const newApiKeyResource = component('NewApiKey', apiKeySchema.extend({ token: tokenField }))
const cursor = cursorOf(z.tuple([instantInput, idField('apiKey')]))

export function apiKeyRoutes(environment: Environment) {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/api-keys',
      scope: 'api-keys:write',
      summary: 'Creates an API key; its token is shown in this answer only',
      description: 'A key cannot make one that may do more than itself. `*` is everything a key of the tenant may do.',
      tags: ['API keys'],
      body: strict({
        name: textField(100),
        scopes: z.array(scopeField).min(1).max(50),
        expires_at: instantInput.optional(),
      }),
      responses: { 201: newApiKeyResource },
      shownOnce: ['token'],
      handler: async (ctx, { body }) => {
        const input = { name: body.name, scopes: body.scopes, expiresAt: body.expires_at ?? null, environment }
        const { key, token } = await createApiKey(ctx, input)
        return { status: 201, body: { ...toResource(key), token } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/api-keys',
      scope: 'api-keys:read',
      summary: 'Lists API keys, newest first',
      tags: ['API keys'],
      query: strict({ ...pageQuery }),
      responses: { 200: listOf(apiKeyResource) },
      handler: async (ctx, { query }) => {
        const rows = await listApiKeys(ctx, cursor.decode(query.cursor), query.limit + 1)
        return {
          status: 200,
          body: page(rows, query.limit, toResource, (row) => cursor.encode([row.createdAt, row.id])),
        }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/api-keys/{api_key_id}/revoke',
      scope: 'api-keys:write',
      summary: 'Closes an API key at once and for ever',
      tags: ['API keys'],
      params: strict({ api_key_id: idField('apiKey') }),
      responses: { 200: apiKeyResource },
      handler: async (ctx, { params }) => ({
        status: 200,
        body: toResource(await revokeApiKey(ctx, params.api_key_id)),
      }),
    }),
  ]
}

function toResource(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    token_hint: key.tokenHint,
    scopes: [...key.scopes],
    created_at: key.createdAt,
    created_by: key.createdBy,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
  }
}
