import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Harness, onboard, order, startHarness, WEBHOOK_KEY } from './harness.ts'

let bank: Harness
beforeAll(async () => {
  bank = await startHarness()
  await bank.control('POST', 'webhook-endpoints', { url: bank.receiver.url })
}, 60_000)
afterAll(() => bank.stop(), 60_000)
beforeEach(async () => {
  await bank.quiet()
  bank.receiver.forget()
  bank.receiver.answer(200)
})

const newOrder = async () => {
  const { ea } = await onboard(bank.mt)
  return bank.mt.paymentOrders.create(order(ea, 100, 'debit'))
}
const approvals = () => bank.receiver.webhooks().filter(({ event }) => event === 'approved')

test('carries the resource as a GET answers it, signed so that the SDK believes it', async () => {
  const created = await newOrder()
  await bank.quiet()
  const [webhook] = approvals()
  expect(webhook?.data).toEqual(JSON.parse(JSON.stringify(created)))
  expect(Object.keys(JSON.parse(webhook?.raw ?? '{}'))).toEqual(['event', 'data'])
  const headers = webhook?.headers ?? {}
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-topic': 'payment_order',
    'x-live-mode': 'false',
    'x-organization-id': 'org',
  })
  expect(headers['x-webhook-id']).toMatch(/^[0-9a-f]{24}$/)
  expect(headers['x-event-time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
  const signature = headers['x-signature'] ?? ''
  expect(bank.mt.webhooks.validateSignature(webhook?.raw ?? '', signature, { key: WEBHOOK_KEY })).toBe(true)
  expect(bank.mt.webhooks.validateSignature(`${webhook?.raw} `, signature, { key: WEBHOOK_KEY })).toBe(false)
  expect(bank.mt.webhooks.validateSignature(webhook?.raw ?? '', signature, { key: 'other' })).toBe(false)
})

test('names an event that can be fetched and listed', async () => {
  const created = await newOrder()
  await bank.quiet()
  const event = await bank.mt.events.retrieve(approvals()[0]?.headers['x-event-id'] ?? '')
  expect(event).toMatchObject({ resource: 'payment_order', event_name: 'approved', entity_id: created.id })
  const listed = await bank.mt.events.list({ entity_id: created.id, event_time_start: '2026-01-05T00:00:00Z' })
  expect(listed.items).toEqual([event])
  const later = await bank.mt.events.list({ entity_id: created.id, event_time_start: '2026-01-06T00:00:00Z' })
  expect(later.items).toEqual([])
})

test('is sent again with the same webhook id and another delivery id until it is taken', async () => {
  bank.receiver.answer(500)
  await newOrder()
  await bank.quiet()
  expect(approvals()).toHaveLength(1)
  bank.receiver.answer(200)
  await bank.advance('2026-01-05T15:01:00Z')
  expect(approvals()).toHaveLength(2)
  const [first, second] = approvals().map(({ headers, raw }) => ({
    id: headers['x-webhook-id'],
    delivery: headers['x-delivery-id'],
    raw,
  }))
  expect(second?.id).toBe(first?.id)
  expect(second?.raw).toBe(first?.raw)
  expect(second?.delivery).not.toBe(first?.delivery)
  const { body } = await bank.control('GET', `deliveries?message_id=${first?.id}`)
  expect(body.data).toMatchObject([{ status: 'delivered', attempts: 2 }])
})

test('is doubled, dropped and reordered by the fault switch', async () => {
  const fault = (effect: string) =>
    bank.control('POST', 'faults', { match: { event_type: 'payment_order.approved' }, effect, remaining: 1 })
  await fault('webhook_duplicate')
  await newOrder()
  await bank.quiet()
  expect(approvals().map(({ headers }) => headers['x-webhook-id'])).toHaveLength(2)
  expect(new Set(approvals().map(({ headers }) => headers['x-webhook-id'])).size).toBe(1)

  bank.receiver.forget()
  await fault('webhook_drop')
  const lost = await newOrder()
  await bank.quiet()
  expect(approvals()).toHaveLength(0)
  expect((await bank.mt.events.list({ entity_id: lost.id })).items).toHaveLength(1)

  await fault('webhook_reorder')
  const late = await newOrder()
  const early = await newOrder()
  await bank.quiet()
  expect(approvals().map(({ data }) => data.id)).toEqual([early.id, late.id])
})

test('goes to every endpoint once, and to none that was removed', async () => {
  const again = await bank.control('POST', 'webhook-endpoints', { url: bank.receiver.url })
  expect(again.status).toBe(201)
  await newOrder()
  await bank.quiet()
  expect(approvals()).toHaveLength(1)
  expect((await bank.control('DELETE', `webhook-endpoints/${again.body.id}`)).status).toBe(204)
  await newOrder()
  await bank.quiet()
  expect(approvals()).toHaveLength(1)
})

test('goes to the endpoint of the environment, also when a restart gives it a new address', async () => {
  await bank.restart({ webhookUrl: 'http://127.0.0.1:1/gone' })
  await newOrder()
  await bank.quiet()
  expect(approvals()).toHaveLength(0)
  await bank.restart({ webhookUrl: bank.receiver.url })
  await bank.advance('2026-01-05T15:30:00Z')
  expect(approvals()).toHaveLength(1)
  expect((await bank.control('GET', 'webhook-endpoints')).body.data).toMatchObject([{ url: bank.receiver.url }])
})
