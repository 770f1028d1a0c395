import { createApp } from '@draupnir/http'
import { TEST_TENANT, testLog } from '@draupnir/testing'
import { routes } from './routes.ts'
import type { contractService } from './service.fixture.ts'

export interface Body {
  readonly id: string
  readonly code: string
  readonly data: readonly { readonly id: string }[]
  readonly next_cursor: string | null
}

/** The routes of the service over its test database, called as the gateway does with the claims of the moment. */
export function contractApi({ db, clock }: Pick<Awaited<ReturnType<typeof contractService>>, 'db' | 'clock'>) {
  const claims = { tenant: TEST_TENANT, scopes: ['contracts:read', 'contracts:write'] }
  const app = createApp({
    routes,
    db,
    now: clock.read,
    log: testLog(),
    authenticate: async () => ({ ...claims, actor: 'key_test', request_id: 'req_test_0001' }),
    checkReplies: true,
  })
  let keys = 0
  const call = async (method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}) => {
    keys += 1
    const headers = { 'content-type': 'application/json', 'idempotency-key': `key-${keys}`, ...more }
    const response = await app.request(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, etag: response.headers.get('etag'), body: (await response.json()) as Body }
  }
  return { call, claims }
}
