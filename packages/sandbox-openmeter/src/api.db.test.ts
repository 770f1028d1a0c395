import { OpenMeter } from '@openmeter/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API_KEY, type Harness, startHarness } from './testing/harness.ts'
import { flat, meteredFeature, subscribe, used } from './testing/plan.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

async function raw(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${h.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: text === '' ? null : JSON.parse(text),
  }
}

const post = (path: string, body: unknown) => raw('POST', path, JSON.stringify(body))

test('without the key nobody is admitted', async () => {
  await expect(new OpenMeter({ baseUrl: h.url, apiKey: 'wrong' }).meters.list()).rejects.toMatchObject({ status: 401 })
  await expect(new OpenMeter({ baseUrl: h.url }).meters.list()).rejects.toMatchObject({ status: 401 })
})

test('problems are RFC 7807 without a charset, so that the SDK reads their detail', async () => {
  const { status, type, body } = await raw('GET', '/api/v1/customers/nobody')
  expect([status, type]).toEqual([404, 'application/problem+json'])
  expect(body).toMatchObject({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'customer not found: nobody',
  })
  expect(body.instance).toMatch(/^urn:request:/)
})

test.each([
  ['a missing name', { key: 'k' }],
  ['a number for a name', { key: 'k', name: 7 }],
  ['null for a name', { key: 'k', name: null }],
  ['a number in metadata', { key: 'k', name: 'n', metadata: { a: 1 } }],
  ['a currency of two letters', { key: 'k', name: 'n', currency: 'US' }],
  ['neither key nor subjects', { name: 'n' }],
  ['no object', []],
])('a customer with %s is refused', async (_, body) => {
  expect(await post('/api/v1/customers', body)).toMatchObject({ status: 400, type: 'application/problem+json' })
})

test('malformed JSON is refused', async () => {
  expect(await raw('POST', '/api/v1/customers', '{')).toMatchObject({ status: 400 })
})

test('keys with capitals or hyphens are refused where OpenMeter wants its own pattern', async () => {
  const feature = (key: string) => post('/api/v1/features', { key, name: key })
  expect((await feature('With-Hyphen')).status).toBe(400)
  expect((await feature('01k8zzzzzzzzzzzzzzzzzzzzzz')).status).toBe(400)
  expect((await feature('with_underscore')).status).toBe(201)
})

test('keys in use are conflicts, of customers, subjects, meters and features', async () => {
  const { om } = h
  await om.customers.create({ key: 'twice', name: 'n', usageAttribution: { subjectKeys: ['shared'] } })
  const customer = (key: string, subjects: string[] = []) =>
    om.customers.create({ key, name: 'n', usageAttribution: { subjectKeys: subjects } })
  await expect(customer('twice')).rejects.toMatchObject({ status: 409 })
  await expect(customer('other', ['shared'])).rejects.toMatchObject({ status: 409 })
  await expect(customer('shared')).rejects.toMatchObject({ status: 409 })
  await meteredFeature(om, 'once')
  await expect(meteredFeature(om, 'once')).rejects.toMatchObject({ status: 409 })
  await expect(om.features.create({ key: 'once', name: 'n' })).rejects.toMatchObject({ status: 409 })
})

test('an archived feature frees its key, and a meter lives while a feature needs it', async () => {
  const { om } = h
  await meteredFeature(om, 'renewed')
  await expect(om.meters.delete('m_renewed')).rejects.toMatchObject({ status: 409 })
  const first = await om.features.get('renewed')
  await om.features.delete(first?.id ?? '')
  expect((await om.features.create({ key: 'renewed', name: 'again' }))?.id).not.toBe(first?.id)
  await om.meters.delete('m_renewed')
})

test('a customer is replaced whole, and kept while a subscription runs', async () => {
  const { om } = h
  await subscribe(om, 'kept', [flat('fee', '10', 'in_arrears')])
  await om.customers.update('kept', { key: 'kept', name: 'New', currency: 'USD', description: 'd' })
  await om.customers.update('kept', { key: 'kept', name: 'Newer', currency: 'USD' })
  const customer = await om.customers.get('kept')
  expect(customer).toMatchObject({ name: 'Newer', currentSubscriptionId: expect.any(String) })
  expect(customer).not.toHaveProperty('description')
  await expect(om.customers.update('kept', { key: 'moved', name: 'n', currency: 'USD' })).rejects.toMatchObject({
    status: 400,
  })
  await expect(om.customers.delete('kept')).rejects.toMatchObject({ status: 409 })
})

test('a deleted customer frees its key', async () => {
  const { om } = h
  const first = await om.customers.create({ key: 'gone', name: 'n' })
  await om.customers.delete('gone')
  await expect(om.customers.get('gone')).rejects.toMatchObject({ status: 404 })
  expect((await om.customers.create({ key: 'gone', name: 'n' }))?.id).not.toBe(first?.id)
})

test('billing paths know customers by id only', async () => {
  const customer = await h.om.customers.create({ key: 'by_id', name: 'n' })
  await expect(h.om.billing.customers.getOverride('by_id')).rejects.toMatchObject({ status: 404 })
  await expect(h.om.billing.customers.getOverride(customer?.id ?? '')).resolves.toBeDefined()
})

test('the first event of a source and id counts, a batch is a JSON array', async () => {
  const { om } = h
  await meteredFeature(om, 'counted')
  const query = async () => (await om.meters.query('m_counted'))?.data[0]?.value
  await om.events.ingest([
    used('counted', 's', '2026-10-01T00:00:00Z', 1, 'a'),
    used('counted', 's', '2026-10-01T00:00:00Z', 2, 'b'),
  ])
  await om.events.ingest(used('counted', 's', '2026-10-01T00:00:00Z', 50, 'a'))
  expect(await query()).toBe(3)
  const one = JSON.stringify({ ...used('counted', 's', '2026-10-01T00:00:00Z', 4, 'c'), specversion: '1.0' })
  expect((await raw('POST', '/api/v1/events', one, { 'content-type': 'application/cloudevents+json' })).status).toBe(
    204,
  )
  expect(
    (await raw('POST', '/api/v1/events', one, { 'content-type': 'application/cloudevents-batch+json' })).status,
  ).toBe(400)
  expect((await raw('POST', '/api/v1/events', one, { 'content-type': 'text/plain' })).status).toBe(400)
  expect(await query()).toBe(7)
})

test('a meter is queried by window, subject, dimension and customer', async () => {
  const { om } = h
  await om.meters.create({
    slug: 'grouped',
    eventType: 'grouped',
    aggregation: 'SUM',
    valueProperty: '$.v',
    groupBy: { sku: '$.sku' },
  })
  await om.customers.create({ key: 'asker', name: 'n' })
  const event = (id: string, subject: string, time: string, v: number, sku: string) => ({
    id,
    type: 'grouped',
    source: 't',
    subject,
    time: new Date(time),
    data: { v, sku },
  })
  await om.events.ingest([
    event('1', 'asker', '2026-10-01T10:00:00Z', 1, 'a'),
    event('2', 'asker', '2026-10-01T11:30:00Z', 2, 'b'),
    event('3', 'other', '2026-10-02T00:00:00Z', 4, 'a'),
  ])
  const from = new Date('2026-10-01T00:00:00Z')
  const to = new Date('2026-10-02T00:00:00Z')
  const values = async (query: object) => (await om.meters.query('grouped', query))?.data.map(({ value }) => value)
  expect(await values({})).toEqual([7])
  expect(await values({ from, to })).toEqual([3])
  expect(await values({ subject: ['other'] })).toEqual([4])
  expect(await values({ filterGroupBy: { sku: 'a' } })).toEqual([5])
  expect(await values({ filterCustomerId: [(await om.customers.get('asker'))?.id] })).toEqual([3])
  const rows = await om.meters.query('grouped', { windowSize: 'DAY', groupBy: ['sku'] })
  expect(
    rows?.data.map(({ value, windowStart, groupBy }) => [value, windowStart.toISOString().slice(0, 10), groupBy?.sku]),
  ).toEqual([
    [1, '2026-10-01', 'a'],
    [2, '2026-10-01', 'b'],
    [4, '2026-10-02', 'a'],
  ])
  expect(await om.meters.listGroupByValues('grouped', 'sku')).toEqual(['a', 'b'])
  await expect(values({ groupBy: ['nothing'] })).rejects.toMatchObject({ status: 400 })
})

test('what is not there yet says so; void and tax recalculation are 501 without a body, as in the original', async () => {
  expect(await raw('GET', '/api/v1/plans')).toMatchObject({ status: 501, type: 'application/problem+json' })
  expect(await post('/api/v1/billing/invoices/01K8ZZZZZZZZZZZZZZZZZZZZZZ/void', {})).toMatchObject({
    status: 501,
    body: null,
  })
  const recalculate = '/api/v1/billing/invoices/01K8ZZZZZZZZZZZZZZZZZZZZZZ/taxes/recalculate'
  expect(await post(recalculate, {})).toMatchObject({ status: 501, body: null })
})

test('everything is still there after a restart, the due work too', async () => {
  const { om } = h
  await subscribe(om, 'restarted', [flat('fee', '10', 'in_arrears')])
  await h.restart()
  const customer = await h.om.customers.get('restarted')
  const before = await fetch(`${h.url}/internal/activity`).then((response) => response.json())
  expect(before).toMatchObject({ busy: [], next_due_at: '2026-11-01T00:00:00.000Z' })
  await h.at('2026-11-01T00:00:00Z')
  const invoices = await h.om.billing.invoices.list({ customers: [customer?.id ?? ''], statuses: ['paid'] })
  expect(invoices?.items.map(({ totals }) => totals.total)).toEqual(['10'])
})
