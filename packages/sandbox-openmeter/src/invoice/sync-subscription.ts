import { isDeepStrictEqual } from 'node:util'
import { cancel, schedule } from '@draupnir/sandbox'
import { notifyInvoice } from '../notification/notify.ts'
import { profileOf } from '../profile/profile.store.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { getSubscription } from '../subscription/subscription.store.ts'
import { currentPeriod, type Subscription } from '../subscription/subscription.ts'
import { advanceInvoice, enter } from './advance.ts'
import { openGathering, planCollection } from './gathering.ts'
import { getInvoice, linesOf, linesOfSubscription, saveInvoice, saveLine } from './invoice.store.ts'
import type { Invoice, Line } from './invoice.ts'
import { recalculateAndSave } from './measure.ts'
import { isMutable } from './state.ts'
import { type Target, targetsOf } from './target.ts'
import { NO_TOTALS } from './totals.ts'

export const SYNC = 'subscription.sync'

/** Makes the lines of a subscription equal to what its rate cards ask for, up to the end of the current billing period. */
export async function syncSubscription(unit: Unit, id: string): Promise<void> {
  const subscription = await getSubscription(unit.sql, id)
  const period = currentPeriod(subscription, unit.now)
  if (subscription.deletedAt !== null || !period) return cancel(unit.sql, SYNC, id)
  if (subscription.activeFrom > unit.now) {
    return schedule(unit.sql, { kind: SYNC, key: id, dueAt: subscription.activeFrom })
  }
  const { workflow } = await profileOf(unit.sql, subscription.customerId)
  const fullPeriodAtEnd = workflow.invoicing.subscriptionEndProrationMode === 'bill_full_period'
  const targets = targetsOf(subscription, { horizon: period.to, fullPeriodAtEnd })
  await reconcile(unit, subscription, targets)
  const goesOn = subscription.activeTo === null && period.to > unit.now
  if (goesOn) await schedule(unit.sql, { kind: SYNC, key: id, dueAt: period.to })
  else await cancel(unit.sql, SYNC, id)
}

async function reconcile(unit: Unit, subscription: Subscription, targets: readonly Target[]): Promise<void> {
  const existing = await linesOfSubscription(unit.sql, subscription.id)
  const known = new Map(existing.map((line) => [line.uniqueRef, line]))
  const wanted = new Set(targets.map(({ ref }) => ref))
  const gathering = await openGathering(unit, subscription.customerId, subscription.currency)
  const drafts = new Map<string, Invoice>()
  const invoiceOf = async (line: Line) =>
    line.invoiceId === gathering.id ? gathering : (drafts.get(line.invoiceId) ?? getInvoice(unit.sql, line.invoiceId))
  for (const target of targets) {
    const line = known.get(target.ref)
    if (!line) await saveLine(unit, newLine(unit, subscription, gathering, target))
    else if (differs(line, target)) await change(unit, await invoiceOf(line), line, target, drafts)
  }
  for (const line of existing) {
    if (line.uniqueRef !== null && !wanted.has(line.uniqueRef))
      await change(unit, await invoiceOf(line), line, null, drafts)
  }
  for (const draft of drafts.values()) await settleDraft(unit, draft)
  await planCollection(unit, gathering)
}

// A line of a person's hand is left alone; a frozen invoice only learns that it no longer fits.
async function change(
  unit: Unit,
  invoice: Invoice,
  line: Line,
  target: Target | null,
  drafts: Map<string, Invoice>,
): Promise<void> {
  if (line.managedBy !== 'subscription') return
  if (!isMutable(invoice.status)) return warn(unit, invoice, line, target)
  const changed = target === null ? { ...line, deletedAt: unit.now } : { ...line, ...targetFields(target) }
  await saveLine(unit, { ...changed, meteredQuantity: null })
  if (invoice.status !== 'gathering') drafts.set(invoice.id, invoice)
}

async function settleDraft(unit: Unit, draft: Invoice): Promise<void> {
  const lines = await linesOf(unit.sql, draft.id)
  if (lines.length === 0) {
    await advanceInvoice(unit, await enter(unit, draft, 'delete.in_progress'))
    return
  }
  const updated = await recalculateAndSave(unit, { ...draft, status: 'draft.updating' }, lines, true)
  await notifyInvoice(unit, 'invoice.updated', updated)
  await advanceInvoice(unit, updated)
}

async function warn(unit: Unit, invoice: Invoice, line: Line, target: Target | null): Promise<void> {
  const current = await getInvoice(unit.sql, invoice.id)
  const field = `lines/${line.id}`
  const message = warning(line, target)
  if (current.validationIssues.some((issue) => issue.field === field && issue.message === message)) return
  const issue = {
    id: ulid(unit.now),
    createdAt: unit.now,
    updatedAt: unit.now,
    severity: 'warning' as const,
    code: 'immutable_invoice_handling_not_supported',
    component: 'subscription-sync',
    field,
    message,
  }
  await saveInvoice(unit, { ...current, validationIssues: [...current.validationIssues, issue] })
}

function warning(line: Line, target: Target | null): string {
  if (target === null) return 'line should be deleted, but the invoice is immutable'
  if (target.price.type === 'flat' && line.price.type === 'flat' && target.price.amount !== line.price.amount) {
    return `flat fee line's per unit amount cannot be changed on immutable invoice (new per unit amount: ${target.price.amount})`
  }
  return "line's service period cannot be changed on immutable invoice"
}

function targetFields(target: Target) {
  const { rateCard } = target.item
  return {
    name: rateCard.name,
    description: rateCard.description ?? null,
    featureKey: rateCard.featureKey ?? null,
    price: target.price,
    taxConfig: rateCard.taxConfig ?? null,
    periodFrom: target.period.from,
    periodTo: target.period.to,
    invoiceAt: target.invoiceAt,
  }
}

function newLine(unit: Unit, subscription: Subscription, gathering: Invoice, target: Target): Line {
  const { percentage, usage } = target.item.rateCard.discounts ?? {}
  return {
    ...targetFields(target),
    id: ulid(unit.now),
    invoiceId: gathering.id,
    uniqueRef: target.ref,
    managedBy: 'subscription',
    metadata: null,
    currency: subscription.currency,
    discounts: {
      ...(percentage === undefined ? {} : { percentage: { ...percentage, correlationId: ulid(unit.now) } }),
      ...(usage === undefined ? {} : { usage: { ...usage, correlationId: ulid(unit.now) } }),
    },
    subscription: {
      subscriptionId: subscription.id,
      phaseId: target.phase.id,
      itemId: target.item.id,
      billingPeriod: target.billingPeriod,
    },
    subscriptionId: subscription.id,
    quantity: null,
    meteredQuantity: null,
    children: [],
    totals: NO_TOTALS,
    externalIds: {},
    createdAt: unit.now,
    updatedAt: unit.now,
    deletedAt: null,
  }
}

function differs(line: Line, target: Target): boolean {
  const { name, description, featureKey, price, periodFrom, periodTo, invoiceAt } = targetFields(target)
  const now = { name, description, featureKey, price, periodFrom, periodTo, invoiceAt }
  const was = {
    name: line.name,
    description: line.description,
    featureKey: line.featureKey,
    price: line.price,
    periodFrom: line.periodFrom,
    periodTo: line.periodTo,
    invoiceAt: line.invoiceAt,
  }
  return !isDeepStrictEqual(now, was)
}
