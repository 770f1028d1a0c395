import { isDeepStrictEqual } from 'node:util'
import { notifyInvoice } from '../notification/notify.ts'
import { completeWorkflow, type Party, type WorkflowInput } from '../profile/profile.ts'
import { badRequest, billingError } from '../shared/problem.ts'
import type { Metadata } from '../shared/shape.ts'
import type { Unit } from '../shared/unit.ts'
import { advanceInvoice } from './advance.ts'
import { planCollection } from './gathering.ts'
import { getInvoice, linesOf, lockInvoice, saveInvoice, saveLine } from './invoice.store.ts'
import type { Invoice, Line } from './invoice.ts'
import { type LineInput, lineFields, manualLine } from './line-input.ts'
import { recalculateAndSave } from './measure.ts'
import { isMutable } from './state.ts'

export interface InvoiceUpdate {
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly supplier: Party
  readonly customer: Party
  readonly workflow: { readonly workflow: Pick<WorkflowInput, 'invoicing' | 'payment'> }
  readonly lines: readonly (LineInput & { readonly id?: string })[]
}

/** Full replacement: a line that is not sent is deleted, one that changes is `manual` from then on. */
export async function updateInvoice(unit: Unit, id: string, update: InvoiceUpdate): Promise<Invoice> {
  const invoice = await lockInvoice(unit.sql, id)
  if (!isMutable(invoice.status)) {
    throw billingError('invoice_action_not_available', `invoice action not available: update in ${invoice.status}`)
  }
  await replaceLines(unit, invoice, update.lines)
  if (invoice.status === 'gathering') return updateGathering(unit, invoice, update)
  const lines = await linesOf(unit.sql, id)
  if (lines.length === 0) throw badRequest('validation error: invoice must have at least one line')
  const { invoicing, payment } = completeWorkflow(update.workflow.workflow)
  const { progressiveBilling, subscriptionEndProrationMode } = invoice.workflow.invoicing
  const kept = { progressiveBilling, subscriptionEndProrationMode }
  const updated = await recalculateAndSave(
    unit,
    {
      ...invoice,
      description: update.description ?? null,
      metadata: update.metadata ?? null,
      supplier: { ...update.supplier, ...(invoice.supplier.id ? { id: invoice.supplier.id } : {}) },
      customer: {
        ...update.customer,
        id: invoice.customerId,
        usageAttribution: invoice.customer.usageAttribution,
        ...(invoice.customer.key === undefined ? {} : { key: invoice.customer.key }),
      },
      workflow: { ...invoice.workflow, payment, invoicing: { ...invoicing, ...kept } },
      status: 'draft.updating',
    },
    lines,
    invoice.quantitySnapshotedAt === null,
  )
  await notifyInvoice(unit, 'invoice.updated', updated)
  return advanceInvoice(unit, updated)
}

async function updateGathering(unit: Unit, invoice: Invoice, update: InvoiceUpdate): Promise<Invoice> {
  const saved = await saveInvoice(unit, {
    ...invoice,
    description: update.description ?? null,
    metadata: update.metadata ?? null,
  })
  await planCollection(unit, saved)
  return getInvoice(unit.sql, invoice.id)
}

async function replaceLines(unit: Unit, invoice: Invoice, wanted: InvoiceUpdate['lines']): Promise<void> {
  const lines = await linesOf(unit.sql, invoice.id)
  const kept = new Set(wanted.map(({ id }) => id))
  for (const line of lines) {
    if (!kept.has(line.id)) await saveLine(unit, { ...line, managedBy: 'manual', deletedAt: unit.now })
  }
  for (const input of wanted) {
    const before = lines.find(({ id }) => id === input.id)
    if (input.id !== undefined && !before) throw badRequest(`validation error: line not found: ${input.id}`)
    if (before) await changeLine(unit, before, input)
    else await saveLine(unit, await manualLine(unit, invoice, input))
  }
}

async function changeLine(unit: Unit, before: Line, input: LineInput): Promise<void> {
  const fields = await lineFields(unit, input)
  const after: Line = { ...before, ...fields }
  if (isDeepStrictEqual(comparable(before), comparable(after))) return
  if (before.price.type !== after.price.type && (before.price.type === 'flat' || after.price.type === 'flat')) {
    throw badRequest('validation error: price type of a line cannot be changed between flat and usage based')
  }
  const moved = before.periodFrom !== after.periodFrom || before.periodTo !== after.periodTo
  const meteredQuantity = moved || before.featureKey !== after.featureKey ? null : before.meteredQuantity
  await saveLine(unit, { ...after, managedBy: 'manual', meteredQuantity })
}

function comparable(line: Line) {
  const { name, description, metadata, price, discounts, featureKey, periodFrom, periodTo, invoiceAt, taxConfig } = line
  return { name, description, metadata, price, discounts, featureKey, periodFrom, periodTo, invoiceAt, taxConfig }
}
