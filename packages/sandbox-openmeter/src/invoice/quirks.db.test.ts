import type { Invoice } from '@openmeter/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness, useCustomInvoicing } from '../testing/harness.ts'
import { flat, meteredFeature, plan, type RateCardInput, subscribe, usage, used } from '../testing/plan.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const state = (invoice: Invoice | undefined) => invoice?.statusDetails.extendedStatus
const once = { billingCadence: null }
const setup = (amount = '100', more: object = {}) => flat('setup', amount, 'in_advance', { ...once, ...more })
const all = async (key: string, more: object = {}) => {
  const customer = await h.om.customers.get(key)
  const filter = { customers: [customer?.id ?? ''], expand: ['lines' as const], ...more }
  return (await h.om.billing.invoices.list(filter as never))?.items ?? []
}
const only = async (key: string) => {
  const [invoice] = (await all(key)).filter(({ status }) => status !== ('gathering' as never))
  if (!invoice) throw new Error('no invoice')
  return invoice
}
const put = (invoice: Invoice, over: object = {}, workflow: object = {}) => {
  const lines = invoice.lines?.map(({ id, name, period, invoiceAt, rateCard }) => ({
    id,
    name,
    period,
    invoiceAt,
    rateCard,
  }))
  const body = {
    supplier: { name: 'Acme' },
    customer: { name: 'Buyer' },
    lines,
    ...over,
    workflow: { workflow: { payment: {}, ...workflow } },
  }
  return h.om.billing.invoices.update(invoice.id, body as never)
}
const profileOf = (apps: string, more: object = {}, workflow: object = {}) => ({
  name: 'other',
  default: false,
  supplier: { name: 'Acme' },
  apps: { tax: apps, invoicing: apps, payment: apps },
  workflow,
  ...more,
})

const defaultApp = async () => {
  const own = (await h.om.billing.profiles.list())?.items.find((one) => one.default)
  if (own === undefined) throw new Error('no default profile')
  const { invoicing } = own.apps as unknown as { invoicing: { id: string } }
  return invoicing.id
}

test('the sandbox app pays at once, unless the metadata of the invoice wants it otherwise', async () => {
  const app = await defaultApp()
  const draft = await h.om.billing.profiles.create(profileOf(app, {}, { invoicing: { draftPeriod: 'P1D' } }) as never)
  const outcome = async (wanted: string) => {
    const customer = await h.om.customers.create({ key: `wants_${wanted}`, name: 'n', currency: 'USD' })
    await h.om.billing.customers.createOverride(customer?.id ?? '', { billingProfileId: draft?.id ?? '' })
    await h.om.subscriptions.create({ customerKey: `wants_${wanted}`, customPlan: plan([setup()]) })
    const invoice = await only(`wants_${wanted}`)
    const metadata = { 'openmeter.io/sandbox/target-payment-status': wanted }
    await put(invoice, { metadata }, { invoicing: { draftPeriod: 'P1D' } })
    return h.om.billing.invoices.approve(invoice.id)
  }
  expect(state(await outcome('failed'))).toBe('payment_processing.failed')
  expect(state(await outcome('uncollectible'))).toBe('uncollectible')
  const asked = await outcome('action_required')
  expect([state(asked), asked?.number]).toEqual(['payment_processing.action_required', 'OM-SANDBOX-BUYE-3'])
  const payment = h.om.apps.customInvoicing.updatePaymentStatus(asked?.id ?? '', { trigger: 'paid' })
  await expect(payment).rejects.toMatchObject({ status: 400 })
})

test('installing an app makes no profile, and a new default profile takes the place of the old', async () => {
  const { data } = await h.om.client.POST('/api/v1/marketplace/listings/{type}/install', {
    params: { path: { type: 'custom_invoicing' } },
    body: { name: 'Draupnir', createBillingProfile: true },
  })
  const names = async () =>
    (await h.om.billing.profiles.list())?.items.filter((one) => one.default).map(({ name }) => name)
  const before = await names()
  const app = data?.app.id ?? ''
  await expect(
    h.om.billing.profiles.create({
      ...profileOf(app),
      apps: { tax: app, invoicing: app, payment: '01K8ZZZZZZZZZZZZZZZZZZZZZZ' },
    } as never),
  ).rejects.toMatchObject({ status: 400 })
  expect(await names()).toEqual(before)
  await h.om.billing.profiles.create(profileOf(app, { name: 'now', default: true }) as never)
  expect(await names()).toEqual(['now'])
  await expect(h.om.apps.uninstall(app)).rejects.toMatchObject({ status: 409 })
})

test('the answer to a payment is 200 with the invoice, against the specification', async () => {
  await useCustomInvoicing(h.om)
  await subscribe(h.om, 'answered', [setup()])
  const { id } = await only('answered')
  expect(await h.om.apps.customInvoicing.updatePaymentStatus(id, { trigger: 'paid' })).toMatchObject({
    id,
    status: 'paid',
  })
})

test('overdue is never said by OpenMeter itself', async () => {
  await subscribe(h.om, 'slow', [setup()])
  const { id, dueAt } = await only('slow')
  await h.at('2026-12-15T00:00:00Z')
  const invoice = await h.om.billing.invoices.get(id)
  expect([state(invoice), Number(dueAt) < Date.parse('2026-12-15')]).toEqual(['payment_processing.pending', true])
  for (const never of ['payment', 'preceding', 'taxes']) expect(invoice).not.toHaveProperty(never)
  expect(invoice?.totals.taxesTotal).toBe('0')
})

test('usage counts for the key and the subjects of a customer, not for its id', async () => {
  await meteredFeature(h.om, 'who')
  const key = 'attributed'
  const customer = await h.om.customers.create({
    key,
    name: key,
    currency: 'USD',
    usageAttribution: { subjectKeys: ['machine'] },
  })
  await h.om.subscriptions.create({ customerKey: key, customPlan: plan([usage('who', { type: 'unit', amount: '1' })]) })
  const at = '2026-12-15T06:00:00Z'
  await h.om.events.ingest([
    used('who', key, at, 1, 'a'),
    used('who', 'machine', at, 2, 'b'),
    used('who', customer?.id ?? '', at, 4, 'c'),
  ])
  expect((await all(key))[0]?.totals.total).toBe('3')
  await expect(
    h.om.customers.update(key, { key, name: key, currency: 'USD', usageAttribution: { subjectKeys: ['other'] } }),
  ).rejects.toMatchObject({ status: 400 })
})

test('a customer with an invoice that is not final is kept', async () => {
  const id = await subscribe(h.om, 'indebted', [setup()])
  await h.om.subscriptions.cancel(id, { timing: 'immediate' })
  await expect(h.om.customers.delete('indebted')).rejects.toMatchObject({ status: 409 })
  await h.om.apps.customInvoicing.updatePaymentStatus((await only('indebted')).id, { trigger: 'paid' })
  await h.om.customers.delete('indebted')
})

test('lines take name, description and feature from the rate card, not its metadata', async () => {
  await h.om.features.create({ key: 'tag', name: 'no meter' })
  const card = { description: 'line:1', metadata: { a: 'b' }, featureKey: 'tag', key: 'tag', name: 'Support' }
  await subscribe(h.om, 'described', [{ ...setup(), ...card } as RateCardInput])
  const [line] = (await only('described')).lines ?? []
  expect(line).toMatchObject({ name: 'Support', description: 'line:1', featureKey: 'tag' })
  expect(line).not.toHaveProperty('metadata')
})

test('the whole period is billed at an early end where the profile says so', async () => {
  const app = await defaultApp()
  const whole = { invoicing: { subscriptionEndProrationMode: 'bill_full_period' } }
  const profile = await h.om.billing.profiles.create(profileOf(app, {}, whole) as never)
  const customer = await h.om.customers.create({ key: 'whole', name: 'whole', currency: 'USD' })
  await h.om.billing.customers.createOverride(customer?.id ?? '', { billingProfileId: profile?.id ?? '' })
  const made = await h.om.subscriptions.create({
    customerKey: 'whole',
    customPlan: plan([flat('fee', '310', 'in_arrears')]),
  })
  await h.at('2026-12-16T00:00:00Z')
  await h.om.subscriptions.cancel(made?.id ?? '', { timing: 'immediate' })
  expect((await only('whole')).totals.total).toBe('310')
})

test('a one-time fee in arrears is billed when the subscription ends, whole', async () => {
  const id = await subscribe(h.om, 'torn_down', [
    flat('teardown', '70', 'in_arrears', once),
    flat('fee', '0', 'in_arrears'),
  ])
  expect(await all('torn_down')).toEqual([])
  await h.at('2026-12-17T00:00:00Z')
  await h.om.subscriptions.cancel(id, { timing: 'immediate' })
  expect((await all('torn_down')).map(({ totals }) => totals.total)).toEqual(['70'])
})

test('pending lines are added as often as they are sent, unpriced in the answer, cut to seconds, in advance', async () => {
  const customer = await h.om.customers.create({ key: 'pending', name: 'Two Words', currency: 'USD' })
  const line = {
    name: 'extra',
    period: { from: new Date('2026-12-01T00:00:00.900Z'), to: new Date('2026-12-02T00:00:00.900Z') },
    invoiceAt: new Date('2027-06-01T00:00:00.900Z'),
    rateCard: { price: { type: 'flat' as const, amount: '4.50' } },
  }
  const send = () => h.om.billing.invoices.createLineItems(customer?.id ?? '', { currency: 'USD', lines: [line] })
  const first = await send()
  expect([first?.isInvoiceNew, first?.invoice.totals.total, first?.lines[0]?.totals.total]).toEqual([true, '', ''])
  expect((await send())?.isInvoiceNew).toBe(false)
  const [gathering] = await all('pending')
  expect(gathering).toMatchObject({ number: 'GATHER-TWWO-USD-1', totals: { total: '9' } })
  expect(gathering?.lines?.[0]).toMatchObject({
    period: { from: new Date('2026-12-01T00:00:00Z') },
    invoiceAt: new Date('2027-06-01T00:00:00Z'),
    price: { amount: '4.5', paymentTerm: 'in_advance' },
  })
  const negative = { ...line, rateCard: { price: { type: 'flat' as const, amount: '-1' } } }
  const refused = h.om.billing.invoices.createLineItems(customer?.id ?? '', { currency: 'USD', lines: [negative] })
  await expect(refused).rejects.toThrow(/the Amount must not be negative/)
})

test('the snapshot can be taken at once; approval is not possible while usage is waited for', async () => {
  await meteredFeature(h.om, 'snapped')
  const id = await subscribe(h.om, 'snapped', [usage('snapped', { type: 'unit', amount: '1' })])
  await h.om.events.ingest(used('snapped', 'snapped', '2026-12-17T00:00:00Z', 3))
  await h.at('2026-12-18T00:00:00Z')
  await h.om.subscriptions.cancel(id, { timing: 'immediate' })
  const invoice = await only('snapped')
  expect(invoice).toMatchObject({ status: 'draft', collectionAt: new Date('2026-12-18T01:00:00Z') })
  await expect(h.om.billing.invoices.approve(invoice.id)).rejects.toMatchObject({ status: 400 })
  const taken = await h.om.billing.invoices.snapshotQuantities(invoice.id)
  expect([state(taken), taken?.totals.total]).toEqual(['draft.waiting_auto_approval', '3'])
  expect(taken?.quantitySnapshotedAt).toEqual(new Date('2026-12-18T00:00:00Z'))
  await expect(h.om.billing.invoices.snapshotQuantities(invoice.id)).rejects.toMatchObject({ status: 400 })
})

test('an invoice of fees only waits for nothing', async () => {
  await subscribe(h.om, 'fees', [setup()])
  const invoice = await only('fees')
  expect(invoice.collectionAt).toEqual(invoice.createdAt)
})

test('an edit in the draft loses what it does not repeat: discounts, metadata and its own terms', async () => {
  await useCustomInvoicing(h.om, true, { draftPeriod: 'P2D', dueAfter: 'P10D' })
  await subscribe(h.om, 'edited', [setup('100', { discounts: { percentage: { percentage: 10 } } })])
  const { id } = await only('edited')
  expect(state(await h.om.billing.invoices.get(id))).toBe('draft.syncing')
  await expect(put(await only('edited'))).rejects.toMatchObject({ status: 400 })
  await h.om.apps.customInvoicing.draftSynchronized(id, { invoicing: { externalId: 'x' } })
  const synced = await only('edited')
  expect([state(synced), synced.totals.total]).toEqual(['draft.waiting_auto_approval', '90'])
  const stamp = Object.keys(synced.metadata ?? {})
  expect(stamp).toEqual(['openmeter.io/custominvoicing/draft-synced-at'])
  expect(synced.metadata?.[stamp[0] ?? '']).toBeInstanceOf(Date)
  expect(synced.lines?.[0]?.rateCard).not.toHaveProperty('discounts')
  const kept = Object.fromEntries(stamp.map((key) => [key, '2026-12-18T00:00:00Z']))
  const echoed = await put(synced, { metadata: kept }, { invoicing: { draftPeriod: 'P2D' } })
  expect([state(echoed), echoed?.totals.total]).toEqual(['draft.waiting_auto_approval', '100'])
  expect(echoed?.workflow.workflow?.invoicing?.dueAfter).toBe('P30D')
  const dropped = await put(await only('edited'), {}, { invoicing: { draftPeriod: 'P2D' } })
  expect(state(dropped)).toBe('draft.syncing')
})

test('the draft hook may name the lines outside, the issue the payment; lines it does not have are refused', async () => {
  await subscribe(h.om, 'hooked', [setup()])
  const { id, lines } = await only('hooked')
  const named = (lineId: string) => ({ invoicing: { lineExternalIds: [{ lineId, externalId: 'ext' }] } })
  const wrong = h.om.apps.customInvoicing.draftSynchronized(id, named('01K8ZZZZZZZZZZZZZZZZZZZZZZ'))
  await expect(wrong).rejects.toMatchObject({ status: 400 })
  await h.om.apps.customInvoicing.draftSynchronized(id, named(lines?.[0]?.id ?? ''))
  expect((await only('hooked')).lines?.[0]?.externalIds).toEqual({ invoicing: 'ext' })
})

test('an invoice that people approve is due from its issue', async () => {
  await useCustomInvoicing(h.om, false, { autoAdvance: false, dueAfter: 'P10D' })
  await subscribe(h.om, 'approved', [setup()])
  const { id, dueAt } = await only('approved')
  expect([state(await h.om.billing.invoices.get(id)), dueAt]).toEqual(['draft.manual_approval_needed', undefined])
  await h.at('2026-12-20T00:00:00Z')
  const issued = await h.om.billing.invoices.approve(id)
  expect([state(issued), issued?.issuedAt, issued?.dueAt]).toEqual([
    'payment_processing.pending',
    new Date('2026-12-20T00:00:00Z'),
    new Date('2026-12-30T00:00:00Z'),
  ])
})

test('an invoice keeps the profile and the customer of its creation', async () => {
  await useCustomInvoicing(h.om)
  await subscribe(h.om, 'frozen', [setup()])
  const before = await only('frozen')
  const [own] = (await h.om.billing.profiles.list())?.items.filter((one) => one.default) ?? []
  const { apps: _, ...rest } = profileOf('', { name: own?.name, default: true, supplier: { name: 'Renamed' } })
  await h.om.billing.profiles.update(own?.id ?? '', rest as never)
  await h.om.customers.update('frozen', { key: 'frozen', name: 'Renamed', currency: 'USD' })
  const after = await only('frozen')
  expect([after.supplier.name, after.customer.name]).toEqual([before.supplier.name, before.customer.name])
})

test('deleted invoices are found by asking for them only, never by a status', async () => {
  await useCustomInvoicing(h.om, false, { draftPeriod: 'P1D' })
  await subscribe(h.om, 'vanished', [setup()])
  const { id } = await only('vanished')
  await h.om.billing.invoices.delete(id)
  expect(await all('vanished')).toEqual([])
  expect((await all('vanished', { includeDeleted: true })).map(state)).toContain('deleted')
  await expect(all('vanished', { statuses: ['deleted'] })).rejects.toMatchObject({ status: 400 })
})

test('an archived feature goes on where it is in force', async () => {
  await meteredFeature(h.om, 'old')
  const id = await subscribe(h.om, 'archived', [usage('old', { type: 'unit', amount: '1' })])
  await h.om.features.delete((await h.om.features.get('old'))?.id ?? '')
  await h.om.events.ingest(used('old', 'archived', '2026-12-20T01:00:00Z', 5))
  expect((await all('archived'))[0]?.totals.total).toBe('5')
  const again = { op: 'add_item', phaseKey: 'main', rateCard: usage('old', { type: 'unit', amount: '2' }) }
  await expect(
    h.om.subscriptions.edit(id, { timing: 'immediate', customizations: [again] } as never),
  ).rejects.toMatchObject({ status: 400 })
})

test('a list is paged from 1, and newest changes come first when asked', async () => {
  const page = await h.om.billing.invoices.list({ page: 1, pageSize: 2, orderBy: 'updatedAt', order: 'DESC' })
  expect([page?.page, page?.pageSize, page?.items.length, (page?.totalCount ?? 0) > 2]).toEqual([1, 2, 2, true])
  const [first, second] = page?.items ?? []
  expect(Number(first?.updatedAt) >= Number(second?.updatedAt)).toBe(true)
  const next = await h.om.billing.invoices.list({ page: 2, pageSize: 2, orderBy: 'updatedAt', order: 'DESC' })
  expect(next?.items.map(({ id }) => id)).not.toContain(first?.id)
})

test('the SDK makes a date of whatever reads like one, metadata too', async () => {
  await h.om.customers.create({
    key: 'dated',
    name: 'n',
    metadata: { at: '2026-01-01T00:00:00Z', ms: '1767225600000' },
  })
  expect((await h.om.customers.get('dated'))?.metadata).toEqual({
    at: new Date('2026-01-01T00:00:00Z'),
    ms: '1767225600000',
  })
})
