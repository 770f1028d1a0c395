import { createApp } from '@draupnir/http'
import { nextId, TEST_TENANT, testLog } from '@draupnir/testing'
import { beforeAll, expect, it } from 'vitest'
import { routes } from './routes.ts'
import { healthService, minutes, SELLER, T0 } from './service.fixture.ts'

const service = await healthService()
const { db, clock } = service
beforeAll(service.onboard)

let tenant = TEST_TENANT
const app = createApp({
  routes,
  db,
  now: clock.read,
  log: testLog(),
  authenticate: async () => {
    return { tenant, actor: 'key_test', scopes: ['devices:read', 'devices:write'], request_id: 'req_test_0001' }
  },
  checkReplies: true,
})

interface Body {
  readonly id: string
  readonly data: readonly { readonly id: string }[]
  readonly next_cursor: string | null
}

let keys = 0
async function call(method: string, path: string, body?: unknown) {
  keys += 1
  const headers = { 'content-type': 'application/json', 'idempotency-key': `key-${keys}` }
  const response = await app.request(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Body }
}

const register = (serial: string) =>
  call('POST', '/v1/devices', { seller_id: SELLER, serial, sku: 'h100', gpu_count: 8 })

it('takes a device from its registration to its availability', async () => {
  const created = await register('A')
  expect(created).toMatchObject({
    status: 201,
    body: { heartbeat_grace_seconds: 300, state: 'unknown', last_heartbeat_at: null, registered_at: T0 },
  })
  const path = `/v1/devices/${created.body.id}`
  clock.set(minutes(4))
  const heartbeats = [
    { at: '2026-01-15T10:00:00+01:00', state: 'up' },
    { at: minutes(2), state: 'degraded' },
    { at: minutes(2), state: 'degraded' },
  ]
  expect(await call('POST', `${path}/heartbeats`, { heartbeats })).toMatchObject({
    status: 200,
    body: { accepted: 2, duplicates: 1, device: { state: 'degraded', last_heartbeat_at: minutes(2) } },
  })
  expect(await call('GET', path)).toMatchObject({ status: 200, body: { state: 'degraded' } })
  expect(await call('GET', `${path}/availability?from=${T0}&to=${minutes(60)}`)).toMatchObject({
    status: 200,
    body: {
      intervals: [
        { from: T0, to: minutes(2), state: 'up', cause: 'heartbeat' },
        { from: minutes(2), to: minutes(4), state: 'degraded', cause: 'heartbeat' },
      ],
    },
  })
})

it('lists devices, newest first, page by page', async () => {
  const [first, second] = [await register('B'), await register('C')]
  const page = await call('GET', `/v1/devices?limit=1&seller_id=${SELLER}`)
  expect(page.body.data).toMatchObject([{ id: second.body.id }])
  const next = await call('GET', `/v1/devices?limit=1&seller_id=${SELLER}&cursor=${page.body.next_cursor}`)
  expect(next.body.data).toMatchObject([{ id: first.body.id }])
})

it.each([
  ['no heartbeats', { heartbeats: [] }],
  ['more than a thousand heartbeats', { heartbeats: Array.from({ length: 1001 }, () => ({ at: T0, state: 'up' })) }],
  ['an unknown state', { heartbeats: [{ at: T0, state: 'unknown' }] }],
  ['a time without an offset', { heartbeats: [{ at: '2026-01-15T09:00:00', state: 'up' }] }],
])('answers 400 to %s', async (_, body) => {
  const { id } = (await register(`D${keys}`)).body
  expect(await call('POST', `/v1/devices/${id}/heartbeats`, body)).toMatchObject({ status: 400 })
})

it('shows nothing of another tenant', async () => {
  const { id } = (await register('E')).body
  tenant = nextId('tenant')
  try {
    const path = `/v1/devices/${id}`
    expect((await call('GET', path)).status).toBe(404)
    expect((await call('GET', `${path}/availability?from=${T0}&to=${minutes(60)}`)).status).toBe(404)
    expect((await call('POST', `${path}/heartbeats`, { heartbeats: [{ at: T0, state: 'up' }] })).status).toBe(404)
    expect((await call('GET', '/v1/devices')).body.data).toEqual([])
  } finally {
    tenant = TEST_TENANT
  }
})
