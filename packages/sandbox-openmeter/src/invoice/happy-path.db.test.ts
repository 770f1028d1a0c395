import { type Receiver, startReceiver } from '@draupnir/sandbox/testing'
import { Webhook } from 'svix'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChannel, type Harness, invoicesOf, startHarness, useCustomInvoicing } from '../testing/harness.ts'

const SECRET = `whsec_${Buffer.from('a signing secret of thirty bytes').toString('base64')}`
let h: Harness
let receiver: Receiver

beforeAll(async () => {
  h = await startHarness()
  receiver = await startReceiver()
})
afterAll(async () => {
  await h.close()
  await receiver.close()
})

test('a custom plan becomes an invoice that is paid from outside, told by signed webhooks', async () => {
  const { om } = h
  await useCustomInvoicing(om)
  const channel = await createChannel(om, receiver.url, SECRET)
  for (const type of ['invoice.created', 'invoice.updated'] as const) {
    await om.notifications.rules.create({ type, name: type, channels: [channel], disabled: false })
  }
  const customer = await om.customers.create({ key: 'ctr_42', name: 'Ctr Acme', currency: 'USD' })
  await om.meters.create({
    slug: 'gpu_hours',
    eventType: 'gpu.usage',
    aggregation: 'SUM',
    valueProperty: '$.gpu_hours',
    groupBy: { sku: '$.sku' },
  })
  await om.features.create({
    key: 'gpu_h100_hours',
    name: 'H100 GPU-hour',
    meterSlug: 'gpu_hours',
    advancedMeterGroupByFilters: { sku: { $eq: 'h100' } },
  })
  await om.subscriptions.create({
    customerKey: 'ctr_42',
    timing: 'immediate',
    billingAnchor: new Date('2026-10-01T00:00:00Z'),
    customPlan: {
      name: 'Contract 42',
      currency: 'USD',
      billingCadence: 'P1M',
      phases: [
        {
          key: 'main',
          name: 'Main',
          duration: null,
          rateCards: [
            {
              type: 'flat_fee',
              key: 'ln_1',
              name: '8 x H100 SXM reserved',
              description: 'line:ln_1',
              billingCadence: 'P1M',
              price: { type: 'flat', amount: '10000', paymentTerm: 'in_arrears' },
              discounts: { percentage: { percentage: 10 } },
            },
            {
              type: 'usage_based',
              key: 'gpu_h100_hours',
              featureKey: 'gpu_h100_hours',
              name: 'H100 on-demand',
              billingCadence: 'P1M',
              price: { type: 'unit', amount: '2' },
            },
          ],
        },
      ],
    },
  })
  await om.events.ingest([
    event('1', '2026-10-05T13:00:00Z', '1000', 'h100'),
    event('2', '2026-10-31T23:59:59Z', '50', 'h100'),
    event('2', '2026-10-31T23:59:59Z', '50', 'h100'),
    event('3', '2026-10-05T13:00:00Z', '7', 'l40s'),
    event('4', '2026-11-01T00:00:00Z', '9', 'h100'),
  ])
  const [gathering] = await invoicesOf(om, 'gathering')
  expect(gathering?.totals.total).toBe('11100')
  expect(gathering?.lines?.map(({ invoiceAt }) => invoiceAt.toISOString())).toEqual(
    Array(2).fill('2026-11-01T00:00:00.000Z'),
  )

  await h.at('2026-11-01T00:00:00Z')
  const [draft] = await invoicesOf(om, 'draft')
  expect(draft?.statusDetails.extendedStatus).toBe('draft.waiting_for_collection')
  expect(draft?.collectionAt?.toISOString()).toBe('2026-11-01T01:00:00.000Z')

  await h.at('2026-11-01T01:00:00Z')
  const [pending] = await invoicesOf(om, 'payment_processing')
  expect(pending).toMatchObject({
    number: 'INV-CTAC-1',
    totals: { amount: '12100', discountsTotal: '1000', total: '11100', taxesTotal: '0' },
    statusDetails: { extendedStatus: 'payment_processing.pending', immutable: true, failed: false },
    customer: { id: customer?.id, key: 'ctr_42' },
  })
  expect(pending?.lines?.map((line) => line.totals.total)).toEqual(['9000', '2100'])
  expect(pending?.lines?.[1]).toMatchObject({ featureKey: 'gpu_h100_hours', quantity: '1050' })
  expect(pending?.dueAt?.toISOString()).toBe('2026-12-01T01:00:00.000Z')

  await om.apps.customInvoicing.updatePaymentStatus(pending?.id ?? '', { trigger: 'paid' })
  expect((await om.billing.invoices.get(pending?.id ?? ''))?.status).toBe('paid')
  await expect(
    om.apps.customInvoicing.updatePaymentStatus(pending?.id ?? '', { trigger: 'paid' }),
  ).rejects.toMatchObject({
    status: 400,
  })
  await h.settle()
  const svix = new Webhook(SECRET)
  const seen = receiver.received.map(({ headers, body }) => {
    const at = Number(headers['svix-timestamp']) * 1000
    expect(new Date(at).toISOString()).toMatch(/^2026-11-01T0[01]:00:00/)
    expect(headers['svix-id']).toMatch(/^msg_/)
    const real = Date.now
    Date.now = () => at
    try {
      svix.verify(body, headers as Record<string, string>)
    } finally {
      Date.now = real
    }
    const { type, data } = JSON.parse(body)
    return `${type} ${data.statusDetails.extendedStatus}`
  })
  expect(seen).toEqual([
    'invoice.updated draft.created',
    'invoice.updated draft.waiting_for_collection',
    'invoice.created draft.created',
    'invoice.updated draft.collecting',
    'invoice.updated draft.validating',
    'invoice.updated draft.syncing',
    'invoice.updated draft.waiting_auto_approval',
    'invoice.updated draft.ready_to_issue',
    'invoice.updated issuing.line_finalization',
    'invoice.updated issuing.syncing',
    'invoice.updated issuing.charge_booking',
    'invoice.updated issued',
    'invoice.updated payment_processing.pending',
    'invoice.updated payment_processing.booking_authorized_and_settled',
    'invoice.updated paid',
  ])
})

function event(id: string, time: string, hours: string, sku: string) {
  const at = new Date(time)
  return { id, type: 'gpu.usage', source: 'test', subject: 'ctr_42', time: at, data: { gpu_hours: hours, sku } }
}
