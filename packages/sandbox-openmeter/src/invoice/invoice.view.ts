import type { Instant } from '@draupnir/time'
import { type App, appView } from '../app/app.ts'
import { compact } from '../shared/shape.ts'
import { type Child, type Invoice, type Line, machineInput } from './invoice.ts'
import {
  canApprove,
  canDelete,
  canSnapshot,
  isFailed,
  isMutable,
  nextStep,
  restingState,
  retryTarget,
  type Status,
} from './state.ts'

export interface ViewOptions {
  readonly lines: readonly Line[]
  readonly showLines: boolean
  readonly expandApps: boolean
}

/** An invoice as `GET` and the webhooks show it. */
export function invoiceView(invoice: Invoice, app: App, now: Instant, options: ViewOptions) {
  const { lines } = options
  return {
    ...compact({
      id: invoice.id,
      number: invoice.number,
      currency: invoice.currency,
      description: invoice.description,
      metadata: invoice.metadata,
      createdAt: invoice.createdAt,
      updatedAt: invoice.updatedAt,
      deletedAt: invoice.deletedAt,
      issuedAt: invoice.issuedAt,
      draftUntil: invoice.draftUntil,
      collectionAt: invoice.collectionAt,
      quantitySnapshotedAt: invoice.quantitySnapshotedAt,
      dueAt: invoice.dueAt,
      voidedAt: invoice.voidedAt,
      sentToCustomerAt: invoice.sentToCustomerAt,
    }),
    type: 'standard',
    ...(invoice.periodFrom && invoice.periodTo ? { period: { from: invoice.periodFrom, to: invoice.periodTo } } : {}),
    status: invoice.status.split('.')[0],
    statusDetails: {
      extendedStatus: invoice.status,
      immutable: !isMutable(invoice.status),
      failed: isFailed(invoice.status),
      availableActions: availableActions(invoice, app, lines.length > 0, now),
    },
    supplier: invoice.supplier,
    customer: invoice.customer,
    totals: invoice.totals,
    workflow: {
      sourceBillingProfileId: invoice.profileId,
      workflow: invoice.workflow,
      apps: appsView(app, options.expandApps),
    },
    ...(Object.keys(invoice.externalIds).length === 0 ? {} : { externalIds: invoice.externalIds }),
    validationIssues: invoice.validationIssues,
    ...(options.showLines && lines.length > 0 ? { lines: lines.map(lineView) } : {}),
  }
}

function appsView(app: App, expanded: boolean) {
  const one = expanded ? appView(app) : { id: app.id }
  return { tax: one, invoicing: one, payment: one }
}

function availableActions(invoice: Invoice, app: App, hasLines: boolean, now: Instant) {
  const { status } = invoice
  if (status === 'gathering') return { invoice: {} }
  const input = machineInput(invoice, app, hasLines)
  const from = (next: Status) => ({ resultingState: restingState(input, next, now) })
  const step = nextStep(input, now)
  const retry = retryTarget(status)
  return compact({
    advance: 'to' in step && step.to !== 'deleted' ? from(status) : null,
    approve: canApprove(status) ? from('draft.ready_to_issue') : null,
    delete: canDelete(status) ? from('delete.in_progress') : null,
    retry: retry === undefined ? null : from(retry),
    snapshotQuantities: canSnapshot(status) ? from('draft.collecting') : null,
  })
}

/** The ids of subscription and item are swapped, as the original swaps them. */
export function lineView(line: Line) {
  const base = compact({
    id: line.id,
    name: line.name,
    description: line.description,
    metadata: line.metadata,
    featureKey: line.featureKey,
    taxConfig: line.taxConfig,
    quantity: line.quantity,
    meteredQuantity: line.meteredQuantity === line.quantity ? null : line.meteredQuantity,
  })
  return {
    ...base,
    type: 'usage_based',
    status: 'valid',
    managedBy: line.managedBy,
    currency: line.currency,
    createdAt: line.createdAt,
    updatedAt: line.updatedAt,
    invoiceAt: line.invoiceAt,
    invoice: { id: line.invoiceId },
    period: { from: line.periodFrom, to: line.periodTo },
    price: line.price,
    rateCard: { ...compact({ featureKey: line.featureKey, taxConfig: line.taxConfig }), price: line.price },
    ...(line.subscription === null ? {} : { subscription: subscriptionReference(line.subscription) }),
    ...(Object.keys(line.externalIds).length === 0 ? {} : { externalIds: line.externalIds }),
    totals: line.totals,
    ...(line.children.length === 0 ? {} : { children: line.children.map((child) => childView(line, child)) }),
  }
}

function subscriptionReference(reference: NonNullable<Line['subscription']>) {
  return {
    subscription: { id: reference.itemId },
    phase: { id: reference.phaseId },
    item: { id: reference.subscriptionId },
    billingPeriod: reference.billingPeriod,
  }
}

function childView(line: Line, child: Child) {
  const paymentTerm = line.price.type === 'flat' ? (line.price.paymentTerm ?? 'in_advance') : 'in_arrears'
  const amounts = child.discounts.map((discount, index) => ({
    id: child.discountIds[index],
    amount: discount.amount,
    createdAt: line.updatedAt,
    updatedAt: line.updatedAt,
    reason: discount.reason,
  }))
  return {
    id: child.id,
    type: 'flat_fee',
    status: 'detailed',
    managedBy: 'system',
    name: child.name,
    currency: line.currency,
    createdAt: line.createdAt,
    updatedAt: line.updatedAt,
    invoiceAt: line.invoiceAt,
    invoice: { id: line.invoiceId },
    period: { from: line.periodFrom, to: line.periodTo },
    perUnitAmount: child.perUnitAmount,
    quantity: child.quantity,
    paymentTerm,
    category: child.category,
    rateCard: { price: { type: 'flat', amount: child.perUnitAmount, paymentTerm }, quantity: child.quantity },
    ...(amounts.length === 0 ? {} : { discounts: { amount: amounts } }),
    totals: child.totals,
  }
}
