import { connectBus, provision } from '@draupnir/bus'
import { type Claims, type InternalRequest, internalRequest } from '@draupnir/http'
import { newId } from '@draupnir/ids'
import { startTestBroker, type TestBroker } from '@draupnir/testing'
import { instant } from '@draupnir/time'
import { durables, streams } from '@draupnir/wire'

export const SECRET = 'secret-of-the-service-tests'
export const NOW = instant('2026-11-22T12:00:00Z')
export const TENANT = newId('tenant', NOW)

export const claims: Claims = {
  tenant: TENANT,
  actor: 'key_test',
  scopes: ['payouts:write', 'internal'],
  request_id: 'req_test_0001',
}

/** A broker with the streams and durables of the system. */
export async function startBroker(): Promise<TestBroker> {
  const broker = await startTestBroker()
  const bus = await connectBus({ url: broker.url, name: 'provisioner' })
  await provision(bus, { streams: streams(), durables: durables() })
  await bus.close()
  return broker
}

export function environment(databaseUrl: string, natsUrl: string): Record<string, string> {
  return {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    INTERNAL_AUTH_SECRET: SECRET,
    GREETING: 'hello',
    LOG_LEVEL: 'info',
    // Empty is the same as absent.
    SENTRY_DSN: '',
  }
}

export function call(baseUrl: string, path: string, options: Partial<InternalRequest> = {}): Promise<Response> {
  return internalRequest({ secret: SECRET, claims, baseUrl, path, ...options })
}

export function reserve(baseUrl: string, payoutId: string, key: string = crypto.randomUUID(), headers = {}) {
  return call(baseUrl, `/v1/payouts/${payoutId}/reserve`, {
    body: { amount: { amount: '100', currency: 'USD' } },
    headers: { 'idempotency-key': key, ...headers },
  })
}
