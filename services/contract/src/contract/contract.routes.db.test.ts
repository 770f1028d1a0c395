import { createApp } from '@draupnir/http'
import { nextId, TEST_TENANT, testLog } from '@draupnir/testing'
import { beforeAll, expect, it } from 'vitest'
import { routes } from '../routes.ts'
import { contractService } from '../service.fixture.ts'
import { BUYER, flatLine, hours, T0, usageLine } from './contract.fixture.ts'

const service = await contractService()
const { db, clock } = service
beforeAll(service.onboard)

let tenant = TEST_TENANT
let scopes = ['contracts:read', 'contracts:write']
const app = createApp({
  routes,
  db,
  now: clock.read,
  log: testLog(),
  authenticate: async () => ({ tenant, actor: 'key_test', scopes, request_id: 'req_test_0001' }),
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

const terms = { buyer_id: BUYER, currency: 'USD', platform_fee_rate: '0.10' }

it('takes a contract from draft to its announced end', async () => {
  const created = await call('POST', '/v1/contracts', terms)
  expect(created).toMatchObject({
    status: 201,
    body: {
      lifecycle: 'draft',
      cadence: 'P1M',
      net_days: 30,
      time_zone: 'UTC',
      platform_fee_rate: '0.1',
      sync: { sync_state: 'pending' },
      billing_status: 'none',
      service_status: 'provisioning',
      created_at: T0,
    },
  })
  const path = `/v1/contracts/${created.body.id}`
  const { description: _, ...line } = usageLine()
  expect(await call('POST', `${path}/lines`, line)).toMatchObject({
    status: 201,
    body: { lines: [{ description: 'h100' }] },
  })
  expect(await call('POST', `${path}/activate`, { billing_anchor: '2026-01-01T01:00:00+01:00' })).toMatchObject({
    status: 200,
    body: { lifecycle: 'active', billing_anchor: '2026-01-01T00:00:00.000Z', activated_at: T0 },
  })
  expect(await call('POST', `${path}/terminate`, { when: 'period_end', cause: 'done' })).toMatchObject({
    status: 200,
    body: { lifecycle: 'active', ends_at: '2026-02-01T00:00:00.000Z', version: 4 },
  })
  const edits = await call('GET', `${path}/edits?limit=3`)
  expect(edits.body).toMatchObject({
    data: [{ operation: 'create' }, { operation: 'add_line' }, { operation: 'activate' }],
  })
  const rest = await call('GET', `${path}/edits?limit=3&cursor=${edits.body.next_cursor}`)
  expect(rest.body).toMatchObject({ data: [{ operation: 'terminate', seq: 4, cause: 'done' }], next_cursor: null })
})

it('lists contracts, newest first, page by page', async () => {
  const buyer = `buyer_id=${BUYER}&lifecycle=draft`
  const ids: unknown[] = []
  for (let count = 0; count < 3; count += 1) ids.unshift((await call('POST', '/v1/contracts', terms)).body.id)
  const first = await call('GET', `/v1/contracts?limit=2&${buyer}`)
  const second = await call('GET', `/v1/contracts?limit=2&${buyer}&cursor=${first.body.next_cursor}`)
  const listed = [...first.body.data, ...second.body.data]
  expect(listed.map(({ id }) => id)).toEqual(ids)
  expect(second.body.next_cursor).toBeNull()
})

it.each([
  ['an unknown field', { ...terms, color: 'red' }],
  ['an unknown currency', { ...terms, currency: 'XXX' }],
  ['a share above one', { ...terms, platform_fee_rate: '1.1' }],
  ['a negative term', { ...terms, net_days: -1 }],
  ['no buyer', { currency: 'USD', platform_fee_rate: '0' }],
])('answers 400 to %s', async (_, body) => {
  expect(await call('POST', '/v1/contracts', body)).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
})

it('shows nothing of another tenant', async () => {
  const { body } = await call('POST', '/v1/contracts', terms)
  tenant = nextId('tenant')
  try {
    const path = `/v1/contracts/${body.id}`
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'request.not-found' } })
    expect((await call('GET', `${path}/edits`)).status).toBe(404)
    expect((await call('POST', `${path}/lines`, flatLine())).status).toBe(404)
    expect((await call('POST', `${path}/terminate`, { when: 'at', at: hours(1), cause: 'x' })).status).toBe(404)
    expect((await call('GET', '/v1/contracts')).body.data).toEqual([])
  } finally {
    tenant = TEST_TENANT
  }
})

it('lets only writers write', async () => {
  scopes = ['contracts:read']
  expect(await call('POST', '/v1/contracts', terms)).toMatchObject({ status: 403 })
  scopes = ['contracts:read', 'contracts:write']
})
