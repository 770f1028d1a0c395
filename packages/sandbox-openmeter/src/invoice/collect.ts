import type { Instant } from '@draupnir/time'
import { getCustomer } from '../customer/customer.store.ts'
import { notifyInvoice } from '../notification/notify.ts'
import { profileOf } from '../profile/profile.store.ts'
import { ApiError, billingError } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import { advanceInvoice } from './advance.ts'
import { collectionCutoff, newInvoice, numberPrefix, planCollection } from './gathering.ts'
import { findGathering, gatherings, linesOf, nextNumber, saveInvoice, saveLine } from './invoice.store.ts'
import { deadlines, type Invoice, type Line } from './invoice.ts'
import { recalculate } from './measure.ts'
import { syncSubscription } from './sync-subscription.ts'

/** Automatic collection: what is due on one gathering invoice becomes one standard invoice. */
export async function collectDue(unit: Unit, customerId: string, currency: string): Promise<void> {
  await unit.sql`select 1 from customers where id = ${customerId} for update`
  const gathering = await findGathering(unit.sql, customerId, currency)
  if (!gathering || gathering.deletedAt !== null) return
  const { workflow } = await profileOf(unit.sql, customerId)
  const cutoff = collectionCutoff(workflow, unit.now)
  const due = (await linesOf(unit.sql, gathering.id)).filter(({ invoiceAt }) => invoiceAt <= cutoff)
  if (due.length > 0) await invoiceLines(unit, gathering, due)
  else await planCollection(unit, gathering)
}

export interface PendingRequest {
  readonly customerId: string
  readonly asOf?: Instant
  readonly filters?: { readonly lineIds?: readonly string[] }
  readonly progressiveBillingOverride?: boolean
}

/** `invoicePendingLines`: on request, one invoice per currency; anchored days do not hold it back. */
export async function collectOnRequest(unit: Unit, request: PendingRequest): Promise<Invoice[]> {
  const customer = await getCustomer(unit.sql, request.customerId)
  await unit.sql`select 1 from customers where id = ${customer.id} for update`
  const asOf = request.asOf ?? unit.now
  if (asOf > unit.now) throw billingError('invoice_create_as_of_in_future', 'asOf must not be in the future')
  const wanted = request.filters?.lineIds
  const created: Invoice[] = []
  let billable = 0
  for (const gathering of await gatherings(unit.sql, customer.id)) {
    const lines = await linesOf(unit.sql, gathering.id)
    await refuseSplitting(unit, request, lines, asOf)
    const due = lines.filter(({ id, invoiceAt }) => invoiceAt <= asOf && (wanted === undefined || wanted.includes(id)))
    billable += due.length
    if (due.length > 0) created.push(await invoiceLines(unit, gathering, due))
  }
  if (wanted !== undefined && billable < wanted.length) {
    throw billingError('invoice_lines_not_billable', 'some of the lines are not billable')
  }
  if (created.length === 0)
    throw billingError('invoice_create_no_lines', 'invoice create: no lines to be included in the invoice')
  return created
}

// Progressive billing would split a metered line at asOf; the sandbox does not, and must not pretend.
async function refuseSplitting(
  unit: Unit,
  request: PendingRequest,
  lines: readonly Line[],
  asOf: Instant,
): Promise<void> {
  const { workflow } = await profileOf(unit.sql, request.customerId)
  if (!(request.progressiveBillingOverride ?? workflow.invoicing.progressiveBilling)) return
  const cut = lines.some((line) => line.price.type !== 'flat' && line.periodFrom < asOf && line.invoiceAt > asOf)
  if (cut) throw new ApiError(501, 'the sandbox does not split usage lines: pass progressiveBillingOverride: false')
}

async function invoiceLines(unit: Unit, gathering: Invoice, due: readonly Line[]): Promise<Invoice> {
  const customer = await getCustomer(unit.sql, gathering.customerId)
  const profile = await profileOf(unit.sql, customer.id)
  const number = await nextNumber(unit.sql, `DRAFT-${numberPrefix(customer.name)}`)
  const blank = newInvoice(unit, customer, profile, gathering.currency, 'draft.created', number)
  const opened = await saveInvoice(unit, { ...blank, metadata: gathering.metadata, description: gathering.description })
  const lines = due.map((line) => ({ ...line, invoiceId: opened.id }))
  for (const line of lines) await saveLine(unit, line)
  const summed = await recalculate(unit, opened, lines, true)
  const created = await saveInvoice(unit, { ...summed, ...deadlines(summed, lines) })
  await planCollection(unit, gathering)
  await notifyInvoice(unit, 'invoice.updated', created)
  const advanced = await advanceInvoice(unit, created)
  await notifyInvoice(unit, 'invoice.created', created)
  const subscriptions = new Set(due.map(({ subscriptionId }) => subscriptionId).filter((id) => id !== null))
  for (const id of subscriptions) await syncSubscription(unit, id)
  return advanced
}
