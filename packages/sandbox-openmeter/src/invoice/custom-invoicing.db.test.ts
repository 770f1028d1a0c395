import type { Invoice } from '@openmeter/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness, useCustomInvoicing } from '../testing/harness.ts'
import { flat, subscribe } from '../testing/plan.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const state = (invoice: Invoice | undefined) => invoice?.statusDetails.extendedStatus

async function draftOf(key: string): Promise<Invoice> {
  await subscribe(h.om, key, [
    flat('fee', '100', 'in_advance', { billingCadence: null }),
    flat('second', '7', 'in_advance', { billingCadence: null }),
  ])
  const customer = await h.om.customers.get(key)
  const page = await h.om.billing.invoices.list({ customers: [customer?.id ?? ''], expand: ['lines'] })
  const [invoice] = page?.items ?? []
  if (!invoice) throw new Error('no invoice')
  return invoice
}

test('the default sandbox app pays by itself', async () => {
  expect(state(await draftOf('sandboxed'))).toBe('paid')
})

test('with hooks on an invoice stops for the draft and for the issue', async () => {
  await useCustomInvoicing(h.om, true)
  const { id, number } = await draftOf('hooked')
  expect(number).toMatch(/^DRAFT-HOOK-\d+$/)
  const get = () => h.om.billing.invoices.get(id)
  expect(state(await get())).toBe('draft.syncing')
  await expect(h.om.billing.invoices.advance(id)).rejects.toMatchObject({ status: 400 })
  await expect(h.om.apps.customInvoicing.issuingSynchronized(id, {})).rejects.toMatchObject({ status: 400 })
  await expect(h.om.apps.customInvoicing.draftSynchronized(id, {})).rejects.toMatchObject({ status: 400 })
  await h.om.apps.customInvoicing.draftSynchronized(id, { invoicing: { externalId: 'ext', invoiceNumber: '2026-1' } })
  const issuing = await get()
  expect([state(issuing), issuing?.number, issuing?.externalIds]).toEqual([
    'issuing.syncing',
    '2026-1',
    { invoicing: 'ext' },
  ])
  await h.om.apps.customInvoicing.issuingSynchronized(id, { payment: { externalId: 'pay' } })
  const pending = await get()
  expect([state(pending), pending?.externalIds]).toEqual([
    'payment_processing.pending',
    { invoicing: 'ext', payment: 'pay' },
  ])
})

test('payment goes through failed, retry, overdue and uncollectible to paid; overdue cannot be voided', async () => {
  await useCustomInvoicing(h.om)
  const { id } = await draftOf('payer')
  const tell = async (trigger: 'paid' | 'payment_failed' | 'payment_overdue' | 'payment_uncollectible' | 'void') => {
    await h.om.apps.customInvoicing.updatePaymentStatus(id, { trigger })
    return state(await h.om.billing.invoices.get(id))
  }
  expect(await tell('payment_failed')).toBe('payment_processing.failed')
  await h.om.billing.invoices.retry(id)
  expect(await tell('payment_overdue')).toBe('overdue')
  await expect(tell('void')).rejects.toMatchObject({ status: 400 })
  expect(await tell('payment_uncollectible')).toBe('uncollectible')
  expect(await tell('paid')).toBe('paid')
})

test('in the draft period a line can be discounted, added and dropped; it is manual from then on', async () => {
  await useCustomInvoicing(h.om, false, { draftPeriod: 'P1D' })
  const draft = await draftOf('edited')
  expect([state(draft), draft.statusDetails.immutable]).toEqual(['draft.waiting_auto_approval', false])
  const [fee] = draft.lines ?? []
  if (!fee) throw new Error('no line')
  const updated = await update(draft, [
    {
      id: fee.id,
      name: fee.name,
      period: fee.period,
      invoiceAt: fee.invoiceAt,
      rateCard: { price: fee.price, discounts: { percentage: { percentage: 25 } } },
    },
    {
      name: 'added',
      period: fee.period,
      invoiceAt: fee.invoiceAt,
      rateCard: { price: { type: 'flat', amount: '1.005' } },
    },
  ])
  expect(updated?.lines?.map(({ name, managedBy, totals }) => [name, managedBy, totals.total])).toEqual([
    ['fee', 'manual', '75'],
    ['added', 'manual', '1.01'],
  ])
  expect(updated?.totals).toMatchObject({ amount: '101.01', discountsTotal: '25', total: '76.01' })
  const negative = {
    name: 'credit',
    period: fee.period,
    invoiceAt: fee.invoiceAt,
    rateCard: { price: { type: 'flat', amount: '-1' } },
  }
  await expect(update(draft, [negative])).rejects.toThrow(/must not be negative/)
})

test('the draft period ends by the clock, or by approval; then nothing can be edited', async () => {
  const waiting = await draftOf('waiting')
  const approved = await draftOf('approved')
  expect(approved.statusDetails.availableActions.approve).toEqual({ resultingState: 'payment_processing.pending' })
  expect(state(await h.om.billing.invoices.approve(approved.id))).toBe('payment_processing.pending')
  await expect(update(approved, [])).rejects.toMatchObject({ status: 400 })
  await expect(h.om.billing.invoices.approve(approved.id)).rejects.toMatchObject({ status: 400 })
  await h.at('2026-10-02T00:00:00Z')
  expect(state(await h.om.billing.invoices.get(waiting.id))).toBe('payment_processing.pending')
})

test('a draft can be deleted and is listed only when deleted ones are asked for', async () => {
  const draft = await draftOf('dropped')
  await h.om.billing.invoices.delete(draft.id)
  const customers = [draft.customer.id ?? '']
  expect((await h.om.billing.invoices.list({ customers }))?.items).toEqual([])
  const [deleted] = (await h.om.billing.invoices.list({ customers, includeDeleted: true }))?.items ?? []
  expect(deleted?.deletedAt).toBeInstanceOf(Date)
})

function update(invoice: Invoice, lines: readonly object[]) {
  return h.om.billing.invoices.update(invoice.id, {
    supplier: { name: 'Acme' },
    customer: { name: 'Buyer' },
    workflow: { workflow: { invoicing: { autoAdvance: true, draftPeriod: 'P1D', dueAfter: 'P30D' }, payment: {} } },
    lines,
  } as unknown as Parameters<typeof h.om.billing.invoices.update>[1])
}
