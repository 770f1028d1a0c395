import { refuse } from '@draupnir/errors'
import type { App, AppEnv } from '@draupnir/http'
import type { Context as HonoContext } from 'hono'
import { holds } from '../api-key/scopes.ts'
import type { Catalogue } from '../openapi/catalogue.ts'
import { forward } from './forward.ts'
import { findOperation } from './route-table.ts'

export interface ProxyOptions {
  readonly catalogue: () => Promise<Catalogue>
  readonly services: Readonly<Record<string, string>>
  readonly secret: string
}

/** Everything under `/v1` that is not the gateway's own goes to the service that declares it, if the key's scopes allow. */
export function mountProxy(app: App, options: ProxyOptions): void {
  app.all('/v1/*', (c) => proxy(c, options))
}

async function proxy(c: HonoContext<AppEnv>, { catalogue, services, secret }: ProxyOptions): Promise<Response> {
  const { operations } = await catalogue()
  const { pathname, search } = new URL(c.req.url)
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method
  const operation = findOperation(operations, method, pathname)
  if (operation === null) refuse('request.route-not-found')
  if (operation === 'other-method') refuse('request.method-not-allowed')
  c.set('route', operation.path)
  const claims = c.get('claims')
  if (!holds(claims.scopes, operation.scope)) refuse('auth.scope-missing', { scope: operation.scope })
  const baseUrl = services[operation.service]
  if (baseUrl === undefined) refuse('request.route-not-found')
  return forward({
    service: operation.service,
    baseUrl,
    secret,
    claims: { ...claims, request_id: c.get('requestId') },
    method,
    path: pathname + search,
    headers: c.req.raw.headers,
    body: c.get('bytes'),
    traceparent: c.get('traceparent'),
  })
}
