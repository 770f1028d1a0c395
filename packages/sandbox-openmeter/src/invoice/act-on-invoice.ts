import { getApp } from '../app/app.store.ts'
import { badRequest, billingError } from '../shared/problem.ts'
import type { Metadata } from '../shared/shape.ts'
import type { Unit } from '../shared/unit.ts'
import { advanceInvoice, enter } from './advance.ts'
import { linesOf, lockInvoice, saveInvoice, saveLine } from './invoice.store.ts'
import { DRAFT_SYNCED, FINALIZED, type Invoice, machineInput } from './invoice.ts'
import { canApprove, canDelete, canSnapshot, nextStep, payment, retryTarget, type Trigger } from './state.ts'

const unavailable = (action: string) =>
  billingError('invoice_action_not_available', `invoice action not available: ${action}`)

/** Does only what would happen by itself now; 400 when the invoice waits. */
export async function advanceOnRequest(unit: Unit, id: string): Promise<Invoice> {
  const invoice = await lockInvoice(unit.sql, id)
  const app = await getApp(unit.sql, invoice.appId)
  const lines = await linesOf(unit.sql, id)
  const step = nextStep(machineInput(invoice, app, lines.length > 0), unit.now)
  if (!('to' in step)) throw billingError('invoice_cannot_advance', 'invoice cannot advance')
  return advanceInvoice(unit, invoice)
}

/** Skips the rest of the draft period. */
export async function approveInvoice(unit: Unit, id: string): Promise<Invoice> {
  const invoice = await lockInvoice(unit.sql, id)
  if (!canApprove(invoice.status)) throw unavailable('approve')
  return advanceInvoice(unit, await enter(unit, invoice, 'draft.ready_to_issue'))
}

export async function retryInvoice(unit: Unit, id: string): Promise<Invoice> {
  const invoice = await lockInvoice(unit.sql, id)
  const target = retryTarget(invoice.status)
  if (target === undefined) throw unavailable('retry')
  const validationIssues = invoice.validationIssues.map((issue) => ({ ...issue, severity: 'warning' as const }))
  return advanceInvoice(unit, await enter(unit, { ...invoice, validationIssues }, target))
}

/** Skips the wait for late usage. */
export async function snapshotQuantities(unit: Unit, id: string): Promise<Invoice> {
  const invoice = await lockInvoice(unit.sql, id)
  if (!canSnapshot(invoice.status)) throw unavailable('snapshot_quantities')
  return advanceInvoice(unit, await enter(unit, invoice, 'draft.collecting'))
}

export async function deleteInvoice(unit: Unit, id: string): Promise<void> {
  const invoice = await lockInvoice(unit.sql, id)
  if (!canDelete(invoice.status)) throw unavailable('delete')
  await advanceInvoice(unit, await enter(unit, invoice, 'delete.in_progress'))
}

export interface DraftSync {
  readonly invoicing?: {
    readonly invoiceNumber?: string
    readonly externalId?: string
    readonly lineExternalIds?: readonly { readonly lineId: string; readonly externalId: string }[]
  }
}

/** The outside world has taken the draft over; only in `draft.syncing`. */
export async function draftSynchronized(unit: Unit, id: string, { invoicing }: DraftSync): Promise<Invoice> {
  const invoice = await customInvoice(unit, id)
  if (invoice.status !== 'draft.syncing') throw badRequest('validation error: invoice is not in draft.syncing state')
  if (!invoicing) throw badRequest('validation error: upsert invoice results are required')
  const lines = await linesOf(unit.sql, id)
  for (const { lineId, externalId } of invoicing.lineExternalIds ?? []) {
    const line = lines.find((one) => one.id === lineId)
    if (!line) throw badRequest(`validation error: line not found: ${lineId}`)
    await saveLine(unit, { ...line, externalIds: { ...line.externalIds, invoicing: externalId } })
  }
  return advanceInvoice(
    unit,
    await saveInvoice(unit, {
      ...invoice,
      number: invoicing.invoiceNumber ?? invoice.number,
      externalIds: { ...invoice.externalIds, ...(invoicing.externalId ? { invoicing: invoicing.externalId } : {}) },
      metadata: stamped(invoice.metadata, DRAFT_SYNCED, unit),
    }),
  )
}

export interface IssuingSync {
  readonly invoicing?: { readonly invoiceNumber?: string; readonly sentToCustomerAt?: Invoice['sentToCustomerAt'] }
  readonly payment?: { readonly externalId?: string }
}

/** The outside world has issued it; only in `issuing.syncing`. */
export async function issuingSynchronized(unit: Unit, id: string, input: IssuingSync): Promise<Invoice> {
  const invoice = await customInvoice(unit, id)
  if (invoice.status !== 'issuing.syncing')
    throw badRequest('validation error: invoice is not in issuing.syncing state')
  const paymentId = input.payment?.externalId
  return advanceInvoice(
    unit,
    await saveInvoice(unit, {
      ...invoice,
      number: input.invoicing?.invoiceNumber ?? invoice.number,
      sentToCustomerAt: input.invoicing?.sentToCustomerAt ?? invoice.sentToCustomerAt,
      externalIds: { ...invoice.externalIds, ...(paymentId === undefined ? {} : { payment: paymentId }) },
      metadata: stamped(invoice.metadata, FINALIZED, unit),
    }),
  )
}

/** What became of the payment, told from outside. */
export async function updatePaymentStatus(unit: Unit, id: string, trigger: Trigger): Promise<Invoice> {
  const invoice = await customInvoice(unit, id)
  const target = payment(invoice.status, trigger)
  if (target === null) {
    throw billingError('invoice_action_not_available', `invoice action not available: ${trigger} in ${invoice.status}`)
  }
  return advanceInvoice(unit, await enter(unit, invoice, target))
}

async function customInvoice(unit: Unit, id: string): Promise<Invoice> {
  const invoice = await lockInvoice(unit.sql, id)
  const app = await getApp(unit.sql, invoice.appId)
  if (app.type !== 'custom_invoicing' || invoice.status === 'gathering') {
    throw badRequest('validation error: invoice is not managed by custom invoicing app')
  }
  return invoice
}

function stamped(metadata: Metadata | null, key: string, { now }: Unit): Metadata {
  return { ...metadata, [key]: now }
}
