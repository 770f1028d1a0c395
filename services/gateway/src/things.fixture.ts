import { defineRoute, openApiDocument, strict } from '@draupnir/http'
import { z } from 'zod'
import type { FakeService } from './service.fixture.ts'

interface Seen {
  readonly tenant: string
  readonly actor: string
  readonly headers: Headers
  readonly body: unknown
}
/** What the fake service was asked, in order. */
export const seen: Seen[] = []
const thing = z.object({ id: z.string(), tenant: z.string() })
const contractRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/things/{thing_id}',
    scope: 'contracts:read',
    summary: 'Shows a thing',
    tags: ['Things'],
    params: strict({ thing_id: z.string() }),
    query: strict({ as_of: z.string().optional() }),
    responses: { 200: thing },
    handler: async (ctx, { params, query, headers }) => {
      seen.push({ tenant: ctx.tenant, actor: ctx.actor, headers, body: query })
      return {
        status: 200,
        body: { id: params.thing_id, tenant: ctx.tenant },
        headers: { etag: '"1"', 'x-inner': 'no' },
      }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/things',
    scope: 'contracts:write',
    summary: 'Makes a thing',
    tags: ['Things'],
    body: strict({ name: z.string() }),
    idempotency: 'none',
    responses: { 201: thing },
    handler: async (ctx, { body, headers }) => {
      seen.push({ tenant: ctx.tenant, actor: ctx.actor, headers, body })
      return { status: 201, body: { id: body.name, tenant: ctx.tenant } }
    },
  }),
]
/** In the document only: whoever asks for it gets 404 from the service, so a 403 is the gateway's own. */
const ghost = defineRoute({
  method: 'get',
  path: '/v1/ghosts',
  scope: 'contracts:write',
  summary: 'Is not there',
  tags: ['Things'],
  responses: { 204: null },
  handler: async () => ({ status: 204 }),
})

/** A service with something to read and something to make. */
export const thingsService: FakeService = {
  routes: contractRoutes,
  openapi: openApiDocument([...contractRoutes, ghost], { title: 'contract', version: '1' }),
}
