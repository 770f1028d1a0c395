import { type Receiver, startReceiver } from '@draupnir/sandbox/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { conformanceChecker, exchanges } from './testing/conformance.ts'
import { createChannel, type Harness, invoicesOf, startHarness, useCustomInvoicing } from './testing/harness.ts'
import { flat, meteredFeature, plan, subscribe, usage, used } from './testing/plan.ts'

// Where the server is known to differ from its own specification.
const KNOWN = [
  /^post \/api\/v1\/meters 200: not/,
  /^post \/api\/v1\/apps\/custom-invoicing\/.* 200: not/,
  /^post .*\/invoices\/pending-lines 201/,
]

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

test('every request and answer along the way of a contract fit the OpenAPI document', async (context) => {
  const check = conformanceChecker()
  if (check === null) {
    console.log('skipped: no ../shared/specs/openmeter.openapi.yaml beside the repository')
    return context.skip()
  }
  // Other files of the same worker have left theirs, strange requests among them.
  exchanges.length = 0
  await tour()
  const problems = exchanges.flatMap(check).filter((problem) => !KNOWN.some((known) => known.test(problem)))
  expect([...new Set(problems.map((problem) => problem.replace(/[0-7][0-9A-HJKMNP-TV-Z]{25}/g, '<id>')))]).toEqual([])
  expect(exchanges.length).toBeGreaterThan(55)
})

async function tour(): Promise<void> {
  const { om } = h
  const appId = await useCustomInvoicing(om, true, { draftPeriod: 'P1D' })
  await om.apps.list()
  await om.apps.get(appId)
  await om.apps.marketplace.list()
  await om.apps.marketplace.get('sandbox')
  const profiles = await om.billing.profiles.list({ expand: ['apps'] })
  for (const profile of profiles?.items ?? []) await om.billing.profiles.get(profile.id)
  await meteredFeature(om, 'gpu')
  await om.meters.list()
  await om.meters.update('m_gpu', { name: 'renamed' })
  await om.features.list()
  await om.features.get('gpu')
  const cards = [
    flat('fee', '100', 'in_arrears', { discounts: { percentage: { percentage: 10 } } }),
    usage('gpu', { type: 'unit', amount: '2' }),
  ]
  const id = await subscribe(om, 'ctr_1', cards)
  const customer = await om.customers.get('ctr_1')
  const customerId = customer?.id ?? ''
  await om.customers.list()
  await om.customers.update('ctr_1', {
    key: 'ctr_1',
    name: 'Renamed',
    currency: 'USD',
    billingAddress: { country: 'US' },
  })
  await om.customers.listSubscriptions('ctr_1')
  await om.billing.customers.createOverride(customerId, { billingProfileId: profiles?.items.at(-1)?.id ?? '' })
  await om.billing.customers.getOverride(customerId)
  await om.billing.customers.listOverrides()
  await om.events.ingest(used('gpu', 'ctr_1', '2026-10-03T00:00:00Z', 5))
  await om.events.list()
  await om.meters.query('m_gpu', { groupBy: ['subject'], windowSize: 'DAY' })
  await om.subscriptions.get(id)
  await om.subscriptions.edit(id, {
    timing: 'next_billing_cycle',
    customizations: [{ op: 'add_item', phaseKey: 'main', rateCard: flat('more', '50', 'in_arrears') }],
  })
  await om.subscriptions.cancel(id, { timing: 'next_billing_cycle' })
  await om.subscriptions.unscheduleCancelation(id)
  const channel = await createChannel(om, receiver.url)
  const rule = await om.notifications.rules.create({
    type: 'invoice.updated',
    name: 'u',
    channels: [channel],
    disabled: false,
  })
  await om.notifications.channels.list()
  await om.notifications.channels.get(channel)
  await om.notifications.rules.list()
  await om.notifications.rules.get(rule?.id ?? '')
  await om.billing.invoices.createLineItems(customerId, {
    currency: 'USD',
    lines: [
      {
        name: 'one more',
        period: { from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-10-02T00:00:00Z') },
        invoiceAt: new Date('2026-11-01T00:00:00Z'),
        rateCard: { price: { type: 'flat', amount: '3.50' } },
      },
    ],
  } as unknown as Parameters<typeof om.billing.invoices.createLineItems>[1])
  const [gathering] = await invoicesOf(om, 'gathering')
  await om.billing.invoices.get(gathering?.id ?? '')
  await h.at('2026-11-01T00:00:00Z')
  await invoicesOf(om)
  await h.at('2026-11-01T01:00:00Z')
  const [draft] = await invoicesOf(om, 'draft')
  const invoiceId = draft?.id ?? ''
  await om.apps.customInvoicing.draftSynchronized(invoiceId, { invoicing: { externalId: 'ext', invoiceNumber: 'X-1' } })
  await om.billing.invoices.approve(invoiceId)
  await om.apps.customInvoicing.issuingSynchronized(invoiceId, { payment: { externalId: 'pay' } })
  await om.apps.customInvoicing.updatePaymentStatus(invoiceId, { trigger: 'payment_overdue' })
  await om.billing.invoices.get(invoiceId)
  await om.apps.customInvoicing.updatePaymentStatus(invoiceId, { trigger: 'paid' })
  await om.billing.invoices.get(invoiceId, { expand: ['lines', 'workflow.apps'] } as never)
  const events = await om.notifications.events.list()
  await om.notifications.events.get(events?.items[0]?.id ?? '')
  await om.subscriptions.change(id, { timing: 'immediate', customPlan: plan(cards) })
  await om.customers.get('nobody').catch(() => {})
  await om.subscriptions.cancel(id, { timing: 'immediate' }).catch(() => {})
  await om.notifications.rules.delete(rule?.id ?? '')
  await om.notifications.channels.delete(channel)
}
