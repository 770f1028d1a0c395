import { type Receiver, startReceiver } from '@draupnir/sandbox/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { API_KEY, createChannel, type Harness, startHarness, useCustomInvoicing } from './testing/harness.ts'
import { flat, subscribe } from './testing/plan.ts'

let h: Harness
let receiver: Receiver
let customers = 0

beforeAll(async () => {
  h = await startHarness()
  receiver = await startReceiver()
  await useCustomInvoicing(h.om)
  const channel = await createChannel(h.om, receiver.url)
  await h.om.notifications.rules.create({
    type: 'invoice.created',
    name: 'created',
    channels: [channel],
    disabled: false,
  })
})
afterAll(async () => {
  await h.close()
  await receiver.close()
})
beforeEach(async () => {
  await h.control('DELETE', '/faults')
  receiver.answer(204)
  receiver.received.length = 0
})

async function fault(rule: object): Promise<void> {
  expect((await h.control('POST', '/faults', { remaining: 1, ...rule })).status).toBe(201)
}

const create = (key: string) => h.om.customers.create({ key, name: key })
const exists = (key: string) =>
  h.om.customers.get(key).then(
    () => true,
    () => false,
  )

/** Causes exactly one `invoice.created`. */
async function invoiceOne(): Promise<string> {
  customers += 1
  const key = `buyer_${customers}`
  await subscribe(h.om, key, [flat('setup', '5', 'in_advance', { billingCadence: null })])
  await h.settle()
  return key
}

const seen = () => receiver.received.map(({ body }) => JSON.parse(body).data.customer.key)

test('the control secret opens the fault switch, nothing else does', async () => {
  const wrong = await fetch(`${h.url}/_sandbox/faults`, { headers: { authorization: `Bearer ${API_KEY}` } })
  expect(wrong.status).toBe(401)
  expect((await fetch(`${h.url}/_sandbox/faults`)).status).toBe(401)
  expect((await h.control('GET', '/faults')).status).toBe(200)
  expect((await h.control('POST', '/faults', { effect: 'no such effect' })).status).toBe(400)
})

test('error: nothing happens, once, and only where the rule matches', async () => {
  await fault({ effect: 'error', status: 503, match: { method: 'POST', path_prefix: '/api/v1/customers' } })
  await expect(h.om.meters.list()).resolves.toEqual([])
  await expect(create('e1')).rejects.toMatchObject({ status: 503, title: 'Service Unavailable' })
  expect(await exists('e1')).toBe(false)
  await create('e1')
})

test('delay: slower, nothing else', async () => {
  await fault({ effect: 'delay', delay_ms: 120, match: { path_prefix: '/api/v1/customers' } })
  const start = performance.now()
  await create('d1')
  expect(performance.now() - start).toBeGreaterThanOrEqual(100)
})

test('timeout_before: no answer and no effect', async () => {
  await fault({ effect: 'timeout_before', match: { method: 'POST' } })
  await expect(create('t1')).rejects.toThrow(/fetch failed/)
  expect(await exists('t1')).toBe(false)
})

test('timeout_after: the effect, but no answer', async () => {
  await fault({ effect: 'timeout_after', match: { method: 'POST' } })
  await expect(create('t2')).rejects.toThrow(/fetch failed/)
  expect(await exists('t2')).toBe(true)
})

test('rules outlive the process', async () => {
  await fault({ effect: 'error', match: { method: 'POST' } })
  await h.restart()
  await expect(create('r1')).rejects.toMatchObject({ status: 500 })
  await create('r1')
})

test('webhook_duplicate: the same message id twice', async () => {
  await fault({ effect: 'webhook_duplicate', match: { event_type: 'invoice.' } })
  const key = await invoiceOne()
  expect(seen()).toEqual([key, key])
  const [first, second] = receiver.received
  expect(first?.headers['svix-id']).toBe(second?.headers['svix-id'])
})

test('webhook_reorder: the next one comes first', async () => {
  await fault({ effect: 'webhook_reorder' })
  const first = await invoiceOne()
  expect(seen()).toEqual([])
  const second = await invoiceOne()
  expect(seen()).toEqual([second, first])
})

test('webhook_drop: never sent, yet the event is there', async () => {
  await fault({ effect: 'webhook_drop' })
  const key = await invoiceOne()
  expect(seen()).toEqual([])
  const events = await h.om.notifications.events.list({ order: 'DESC' })
  expect(JSON.stringify(events?.items[0]?.payload)).toContain(key)
})

test('a refused webhook is sent again after five seconds and five minutes of the clock, with the same id', async () => {
  receiver.answer(500, 503, 204)
  const key = await invoiceOne()
  expect(seen()).toEqual([key])
  const activity = await (await fetch(`${h.url}/internal/activity`)).json()
  expect(activity).toMatchObject({ name: 'sandbox-openmeter', busy: [] })
  await h.at('2026-10-01T00:00:04Z')
  expect(seen()).toEqual([key])
  await h.at('2026-10-01T00:00:05Z')
  expect(seen()).toEqual([key, key])
  await h.at('2026-10-01T00:05:05Z')
  expect(seen()).toEqual([key, key, key])
  await h.at('2026-10-01T01:00:00Z')
  expect(seen()).toHaveLength(3)
  expect(new Set(receiver.received.map(({ headers }) => headers['svix-id'])).size).toBe(1)
  const stamps = receiver.received.map(({ headers }) =>
    new Date(Number(headers['svix-timestamp']) * 1000).toISOString(),
  )
  expect(stamps).toEqual(['2026-10-01T00:00:00.000Z', '2026-10-01T00:00:05.000Z', '2026-10-01T00:05:05.000Z'])
})

test('a resend sends the same message again', async () => {
  await invoiceOne()
  const events = await h.om.notifications.events.list({ order: 'DESC' })
  await h.om.notifications.events.resend(events?.items[0]?.id ?? '')
  await h.settle()
  expect(receiver.received).toHaveLength(2)
  expect(receiver.received[0]?.body).toBe(receiver.received[1]?.body)
})
