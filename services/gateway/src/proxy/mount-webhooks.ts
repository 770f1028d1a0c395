import { refuse } from '@draupnir/errors'
import { type App, type AppEnv, MAX_WEBHOOK_BYTES, readBytes } from '@draupnir/http'
import type { Context as HonoContext } from 'hono'
import { PLATFORM_TENANT } from '../tenant/tenant.ts'
import { forward } from './forward.ts'

/** Which service answers for which provider. */
const RECEIVERS: Readonly<Record<string, string>> = { openmeter: 'billing', 'modern-treasury': 'payout' }

export interface WebhookOptions {
  readonly services: Readonly<Record<string, string>>
  readonly secret: string
}

/** Webhooks carry no API key: the receiving service verifies the provider's signature over the raw bytes. */
export function mountWebhooks(app: App, options: WebhookOptions): void {
  app.post('/webhooks/:provider', (c) => receive(c, options))
}

async function receive(c: HonoContext<AppEnv>, { services, secret }: WebhookOptions): Promise<Response> {
  const provider = c.req.param('provider') ?? ''
  const service = RECEIVERS[provider] ?? ''
  const baseUrl = services[service]
  if (baseUrl === undefined) refuse('request.route-not-found')
  c.set('route', '/webhooks/:provider')
  const body = await readBytes(c, MAX_WEBHOOK_BYTES)
  const claims = { tenant: PLATFORM_TENANT, actor: `provider:${provider}`, scopes: [], request_id: c.get('requestId') }
  return forward({
    service,
    baseUrl,
    secret,
    claims,
    method: 'POST',
    path: `/webhooks/${provider}`,
    headers: c.req.raw.headers,
    body,
    traceparent: c.get('traceparent'),
  })
}
