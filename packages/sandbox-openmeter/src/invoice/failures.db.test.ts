import type { Invoice } from '@openmeter/sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Harness, startHarness, useCustomInvoicing } from '../testing/harness.ts'
import { flat, subscribe } from '../testing/plan.ts'
import { failureOf, isFailed, isMutable, STATUSES, type Status } from './state.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  await useCustomInvoicing(h.om)
})
afterAll(() => h.close())
beforeEach(() => h.control('DELETE', '/faults'))

const state = (invoice: Invoice | undefined) => invoice?.statusDetails.extendedStatus
const fails = async (step: Status, remaining = 1) => {
  const rule = { effect: 'step_failure', match: { step }, remaining }
  expect((await h.control('POST', '/faults', rule)).status).toBe(201)
}
let customers = 0
/** A fee that is invoiced at once. */
async function invoiceOf(): Promise<Invoice> {
  customers += 1
  const key = `buyer_${customers}`
  await subscribe(h.om, key, [flat('fee', '100', 'in_advance', { billingCadence: null })])
  const customer = await h.om.customers.get(key)
  const page = await h.om.billing.invoices.list({ customers: [customer?.id ?? ''] })
  const [invoice] = page?.items ?? []
  if (!invoice) throw new Error('no invoice')
  return invoice
}

test.each<[Status, Status, boolean]>([
  ['draft.validating', 'draft.invalid', true],
  ['draft.syncing', 'draft.sync_failed', true],
  ['issuing.line_finalization', 'issuing.line_finalization_failed', false],
  ['issuing.syncing', 'issuing.failed', false],
  ['issuing.charge_booking', 'issuing.charge_booking_failed', false],
])('a failure of %s leaves an invoice %s, with a critical issue, until it is retried', async (step, left, mutable) => {
  await fails(step)
  const failed = await invoiceOf()
  expect(failed.statusDetails).toMatchObject({
    extendedStatus: left,
    failed: true,
    immutable: !mutable,
    availableActions: { retry: { resultingState: 'payment_processing.pending' } },
  })
  expect(failed.validationIssues).toMatchObject([{ severity: 'critical', message: `${step} failed` }])
  await expect(h.om.billing.invoices.advance(failed.id)).rejects.toMatchObject({ status: 400 })
  await expect(h.om.billing.invoices.approve(failed.id)).rejects.toMatchObject({ status: 400 })
  const retried = await h.om.billing.invoices.retry(failed.id)
  expect(state(retried)).toBe('payment_processing.pending')
  expect(retried?.validationIssues).toMatchObject([{ severity: 'warning' }])
  await expect(h.om.billing.invoices.retry(failed.id)).rejects.toMatchObject({ status: 400 })
})

test('a retry may fail as the first try did', async () => {
  await fails('issuing.syncing', 2)
  const { id } = await invoiceOf()
  expect(state(await h.om.billing.invoices.retry(id))).toBe('issuing.failed')
  expect(state(await h.om.billing.invoices.retry(id))).toBe('payment_processing.pending')
})

test('a failed draft begins again at its validation, a failed issue where it stood', async () => {
  await fails('draft.syncing')
  const draft = await invoiceOf()
  await fails('draft.validating')
  expect(state(await h.om.billing.invoices.retry(draft.id))).toBe('draft.invalid')
  await fails('issuing.charge_booking')
  const issuing = await invoiceOf()
  await fails('issuing.syncing')
  expect(state(await h.om.billing.invoices.retry(issuing.id))).toBe('payment_processing.pending')
})

test('failed invoices are found by their state', async () => {
  await fails('draft.syncing')
  const { id } = await invoiceOf()
  const found = await h.om.billing.invoices.list({ extendedStatuses: ['draft.sync_failed'] })
  expect(found?.items.map((one) => one.id)).toEqual([id])
  await h.om.billing.invoices.delete(id)
})

test('a deletion that fails is retried; until then the invoice is there', async () => {
  await fails('draft.syncing')
  const { id } = await invoiceOf()
  await fails('delete.syncing')
  await h.om.billing.invoices.delete(id)
  const left = await h.om.billing.invoices.get(id)
  expect([state(left), left?.deletedAt]).toEqual(['delete.failed', undefined])
  expect(left?.statusDetails.availableActions.retry).toEqual({ resultingState: 'deleted' })
  await h.om.billing.invoices.retry(id)
  expect((await h.om.billing.invoices.get(id))?.deletedAt).toBeInstanceOf(Date)
})

test('a payment that is only authorized is settled by the next', async () => {
  await fails('payment_processing.booking_authorized_and_settled')
  const { id } = await invoiceOf()
  const tell = async (trigger: 'paid' | 'void') => {
    await h.om.apps.customInvoicing.updatePaymentStatus(id, { trigger })
    return state(await h.om.billing.invoices.get(id))
  }
  expect(await tell('paid')).toBe('payment_processing.authorized')
  await expect(tell('void')).rejects.toMatchObject({ status: 400 })
  expect(await tell('paid')).toBe('paid')
})

test('an invoice that lost its last line is deleted', async () => {
  await fails('draft.syncing')
  const failing = await subscribe(h.om, 'failing', [flat('fee', '10', 'in_advance')])
  const customer = await h.om.customers.get('failing')
  const drafts = async () =>
    (await h.om.billing.invoices.list({ customers: [customer?.id ?? ''], includeDeleted: true }))?.items.map(state)
  expect((await drafts())?.sort()).toEqual(['draft.sync_failed', 'gathering'])
  await h.om.subscriptions.cancel(failing, { timing: 'immediate' })
  expect(await drafts()).toContain('deleted')
})

test('every failure has its cause, and every state is named', () => {
  const reached = STATUSES.map(failureOf).filter((status) => status !== undefined)
  const failures = STATUSES.filter((status) => isFailed(status) && status !== 'payment_processing.failed')
  expect(reached.filter(isFailed).sort()).toEqual([...failures].sort())
})

test('exactly the states before the draft is synchronized can be edited', () => {
  expect(STATUSES.filter(isMutable)).toEqual([
    'gathering',
    'draft.created',
    'draft.waiting_for_collection',
    'draft.collecting',
    'draft.validating',
    'draft.invalid',
    'draft.sync_failed',
    'draft.manual_approval_needed',
    'draft.waiting_auto_approval',
    'draft.ready_to_issue',
  ])
})
