import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, invoicesOf, startHarness, useCustomInvoicing } from '../testing/harness.ts'
import { flat, meteredFeature, plan, subscribe, usage, used } from '../testing/plan.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness('2024-01-01T00:00:00Z')
  await useCustomInvoicing(h.om)
})
afterAll(() => h.close())

const ANCHOR = { billingAnchor: new Date('2024-01-01T00:00:00Z') }

async function invoicesOfCustomer(key: string) {
  const customer = await h.om.customers.get(key)
  return (await invoicesOf(h.om)).filter((invoice) => invoice.customer.id === customer?.id)
}

const iso = (date: Date | undefined) => date?.toISOString().slice(0, 10)

test('the golden vector: a fee in advance of 6 becomes 10 on day two: 9.68 on top, 6 stays with a warning', async () => {
  const id = await subscribe(h.om, 'golden', [flat('fee', '6', 'in_advance')], ANCHOR)
  await h.at('2024-01-02T00:00:00Z')
  await h.om.subscriptions.edit(id, {
    timing: 'immediate',
    customizations: [{ op: 'add_item', phaseKey: 'main', rateCard: flat('fee', '10', 'in_advance') }],
  })
  const issued = (await invoicesOfCustomer('golden')).filter(({ status }) => status === 'payment_processing')
  expect(issued.map(({ totals }) => totals.total)).toEqual(['6', '9.68'])
  const [line] = issued[1]?.lines ?? []
  expect([iso(line?.period.from), iso(line?.period.to), iso(line?.invoiceAt)]).toEqual([
    '2024-01-02',
    '2024-02-01',
    '2024-01-01',
  ])
  expect(issued[0]?.validationIssues).toMatchObject([
    { severity: 'warning', code: 'immutable_invoice_handling_not_supported', component: 'subscription-sync' },
  ])
})

test('arrears are cut pro rata where the item ends and billed at the end of the period', async () => {
  const id = await subscribe(
    h.om,
    'removed',
    [flat('fee', '310', 'in_arrears'), flat('other', '1', 'in_arrears')],
    ANCHOR,
  )
  await h.at('2024-01-11T00:00:00Z')
  await h.om.subscriptions.edit(id, {
    timing: 'immediate',
    customizations: [{ op: 'remove_item', phaseKey: 'main', itemKey: 'fee' }],
  })
  const [gathering] = await invoicesOfCustomer('removed')
  const line = gathering?.lines?.find(({ name }) => name === 'fee')
  expect(line).toMatchObject({ totals: { total: '90' } })
  expect([iso(line?.period.from), iso(line?.period.to), iso(line?.invoiceAt)]).toEqual([
    '2024-01-02',
    '2024-01-11',
    '2024-02-01',
  ])
})

test('an immediate end cuts the arrears and invoices them at once', async () => {
  const id = await subscribe(h.om, 'terminated', [flat('fee', '310', 'in_arrears')], ANCHOR)
  await h.at('2024-01-16T00:00:00Z')
  await h.om.subscriptions.cancel(id, { timing: 'immediate' })
  const [invoice, ...more] = await invoicesOfCustomer('terminated')
  expect(more).toEqual([])
  expect(invoice).toMatchObject({ status: 'payment_processing', totals: { total: '50' } })
})

test('one customer and currency: one gathering invoice, one invoice a period, refilled for the next', async () => {
  await meteredFeature(h.om, 'gpu')
  await subscribe(
    h.om,
    'monthly',
    [
      flat('fee', '31', 'in_arrears'),
      flat('up_front', '5', 'in_advance'),
      usage('gpu', { type: 'unit', amount: '0.333' }),
    ],
    ANCHOR,
  )
  await h.om.events.ingest([used('gpu', 'monthly', '2024-01-20T00:00:00Z', '10.5')])
  await h.at('2024-02-01T02:00:00Z')
  const all = await invoicesOfCustomer('monthly')
  expect(all.map(({ status, totals }) => [status, totals.total])).toEqual([
    ['gathering', '36'],
    ['payment_processing', '2.58'],
    ['payment_processing', '24.5'],
  ])
  const lines = all[2]?.lines?.map(({ name, totals }) => [name, totals.total])
  expect(lines?.sort()).toEqual([
    ['fee', '16'],
    ['gpu', '3.5'],
    ['up_front', '5'],
  ])
  expect(all[0]?.lines?.map(({ name, invoiceAt }) => [name, iso(invoiceAt)]).sort()).toEqual([
    ['fee', '2024-03-01'],
    ['gpu', '2024-03-01'],
    ['up_front', '2024-03-01'],
  ])
})

test('usage counts in [from, to) for the customer’s subjects, and what comes after the snapshot is lost', async () => {
  await meteredFeature(h.om, 'late')
  await subscribe(h.om, 'metered', [usage('late', { type: 'unit', amount: '1' })], ANCHOR)
  await h.om.events.ingest([
    used('late', 'metered', '2024-02-29T23:59:59Z', '1'),
    used('late', 'metered', '2024-03-01T00:00:00Z', '10'),
    used('late', 'somebody', '2024-02-10T00:00:00Z', '100'),
    used('late', 'metered', '2024-02-10T00:00:00Z', 'no number'),
    used('late', 'metered', '2024-02-11T00:00:00Z', -0.25),
  ])
  await h.at('2024-03-01T00:30:00Z')
  await h.om.events.ingest(used('late', 'metered', '2024-02-12T00:00:00Z', 2, 'within the window'))
  await h.at('2024-03-01T01:00:00Z')
  await h.om.events.ingest(used('late', 'metered', '2024-02-12T00:00:00Z', 4, 'too late'))
  const [invoice] = (await invoicesOfCustomer('metered')).filter(({ status }) => status !== 'gathering')
  expect(invoice?.lines?.[0]).toMatchObject({ quantity: '2.75', totals: { total: '2.75' } })
  const [event] =
    (await h.om.events.list({ subject: 'metered', limit: 100 }))?.filter(({ validationError }) => validationError) ?? []
  expect(event?.validationError).toMatch(/parsed as number/)
})

test('no line for an amount of zero; a line of total zero for no usage; a whole discount leaves the line', async () => {
  await meteredFeature(h.om, 'idle')
  await subscribe(h.om, 'zero', [
    flat('nothing', '0', 'in_arrears'),
    flat('free', '10', 'in_arrears', { discounts: { percentage: { percentage: 100 } } }),
    usage('idle', { type: 'unit', amount: '1' }),
  ])
  const [gathering] = await invoicesOfCustomer('zero')
  expect(gathering?.lines?.map(({ name, totals }) => [name, totals.total])).toEqual([
    ['free', '0'],
    ['idle', '0'],
  ])
  expect(gathering?.lines?.[1]).not.toHaveProperty('children')
})

test('a one-time fee in advance is billed at once and whole, one in arrears when the subscription ends', async () => {
  const once = { billingCadence: null }
  const id = await subscribe(h.om, 'once', [
    flat('setup', '500', 'in_advance', once),
    flat('teardown', '70', 'in_arrears', once),
  ])
  expect((await invoicesOfCustomer('once')).map(({ totals }) => totals.total)).toEqual(['500'])
  await h.om.subscriptions.cancel(id, { timing: 'immediate' })
  expect((await invoicesOfCustomer('once')).map(({ totals }) => totals.total)).toEqual(['500'])
})

test('the ids of item and subscription are swapped on lines, as the original swaps them', async () => {
  const id = await subscribe(h.om, 'swapped', [flat('fee', '1', 'in_arrears')])
  const [gathering] = await invoicesOfCustomer('swapped')
  const item = (await h.om.subscriptions.get(id))?.phases[0]?.items[0]
  expect(gathering?.lines?.[0]?.subscription).toMatchObject({ item: { id }, subscription: { id: item?.id } })
})

test('a zero-total invoice is not paid by itself', async () => {
  const id = await subscribe(
    h.om,
    'gift',
    [flat('fee', '1', 'in_arrears', { discounts: { percentage: { percentage: 100 } } })],
    ANCHOR,
  )
  await h.at('2024-03-10T00:00:00Z')
  await h.om.subscriptions.cancel(id, { timing: 'immediate' })
  const [invoice] = await invoicesOfCustomer('gift')
  expect(invoice).toMatchObject({
    totals: { total: '0' },
    statusDetails: { extendedStatus: 'payment_processing.pending' },
  })
})

test('pending lines are invoiced on request, one invoice a currency; without any, 400; a usage line is not split', async () => {
  await meteredFeature(h.om, 'split')
  await subscribe(h.om, 'requested', [usage('split', { type: 'unit', amount: '1' })])
  await h.at('2024-03-20T00:00:00Z')
  const customerId = (await h.om.customers.get('requested'))?.id ?? ''
  const pending = (more: object = {}) =>
    h.om.billing.invoices.invoicePendingLines({ customerId, progressiveBillingOverride: false, ...more } as never)
  await expect(pending()).rejects.toMatchObject({ status: 400 })
  await expect(pending({ progressiveBillingOverride: true })).rejects.toMatchObject({ status: 501 })
  await expect(pending({ asOf: new Date('2024-03-21T00:00:00Z') })).rejects.toMatchObject({ status: 400 })
  const period = { from: new Date('2024-03-01T00:00:00Z'), to: new Date('2024-03-02T00:00:00Z') }
  const line = {
    name: 'extra',
    period,
    invoiceAt: new Date('2024-03-25T00:00:00Z'),
    rateCard: { price: { type: 'flat', amount: '4' } },
  }
  const created = await h.om.billing.invoices.createLineItems(customerId, { currency: 'USD', lines: [line] } as never)
  const lineIds = [created?.lines[0]?.id]
  await expect(pending({ filters: { lineIds } })).rejects.toMatchObject({ status: 400 })
  await h.at('2024-03-25T00:00:00Z')
  expect((await invoicesOfCustomer('requested')).map(({ totals }) => totals.total)).toEqual(['0', '4'])
})

test('profiles with anchored collection gather until their day', async () => {
  const [first] = (await h.om.billing.profiles.list())?.items.filter((profile) => profile.default) ?? []
  const app = first?.apps as { invoicing: { id: string } } | undefined
  const id = app?.invoicing.id ?? ''
  const anchored = await h.om.billing.profiles.create({
    name: 'on the fifth',
    default: false,
    supplier: { name: 'Acme' },
    apps: { tax: id, invoicing: id, payment: id },
    workflow: {
      collection: {
        alignment: { type: 'anchored', recurringPeriod: { interval: 'P1M', anchor: new Date('2024-01-05T00:00:00Z') } },
      },
    },
  } as never)
  const customer = await h.om.customers.create({ key: 'anchored', name: 'anchored', currency: 'USD' })
  await h.om.billing.customers.createOverride(customer?.id ?? '', { billingProfileId: anchored?.id ?? '' })
  await h.om.subscriptions.create({
    customerKey: 'anchored',
    billingAnchor: new Date('2024-04-01T00:00:00Z'),
    customPlan: plan([flat('fee', '10', 'in_arrears')]),
  } as never)
  await h.at('2024-04-04T00:00:00Z')
  expect((await invoicesOfCustomer('anchored')).map(({ status }) => status)).toEqual(['gathering'])
  await h.at('2024-04-05T00:00:00Z')
  expect((await invoicesOfCustomer('anchored')).map(({ status }) => status)).toEqual([
    'gathering',
    'payment_processing',
  ])
})
