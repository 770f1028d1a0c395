import type { Decimal } from '@draupnir/money'
import { addDuration, type Instant, type Period } from '@draupnir/time'
import type { App } from '../app/app.ts'
import type { Party, Workflow } from '../profile/profile.ts'
import type { Metadata } from '../shared/shape.ts'
import type { Discounts, Price } from '../subscription/rate-card.ts'
import type { Detail } from './rating.ts'
import type { MachineInput, Status, Trigger } from './state.ts'
import type { Totals } from './totals.ts'

export interface CustomerSnapshot extends Party {
  readonly usageAttribution: { readonly subjectKeys: readonly string[] }
}

export interface ValidationIssue {
  readonly id: string
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly severity: 'critical' | 'warning'
  readonly code: string
  readonly component: string
  readonly field: string
  readonly message: string
}

export interface Invoice {
  readonly id: string
  readonly customerId: string
  readonly currency: string
  readonly number: string
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly status: Status
  /** Supplier, customer and workflow are copies from the moment of creation. */
  readonly supplier: Party
  readonly customer: CustomerSnapshot
  readonly profileId: string
  readonly appId: string
  readonly workflow: Workflow
  readonly totals: Totals
  readonly periodFrom: Instant | null
  readonly periodTo: Instant | null
  readonly externalIds: Readonly<Record<string, string>>
  readonly validationIssues: readonly ValidationIssue[]
  readonly collectionAt: Instant | null
  readonly draftUntil: Instant | null
  readonly quantitySnapshotedAt: Instant | null
  readonly issuedAt: Instant | null
  readonly dueAt: Instant | null
  readonly voidedAt: Instant | null
  readonly sentToCustomerAt: Instant | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

export interface Child extends Detail {
  readonly id: string
  readonly discountIds: readonly string[]
}

export interface Line {
  readonly id: string
  readonly invoiceId: string
  /** The subscription's name for this line; null for lines of people. */
  readonly uniqueRef: string | null
  /** `subscription` lines follow the subscription, `manual` ones are left alone. */
  readonly managedBy: 'subscription' | 'manual' | 'system'
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly currency: string
  readonly featureKey: string | null
  readonly price: Price
  readonly discounts: Discounts
  readonly taxConfig: Readonly<Record<string, unknown>> | null
  readonly periodFrom: Instant
  readonly periodTo: Instant
  readonly invoiceAt: Instant
  readonly subscription: LineSubscription | null
  readonly subscriptionId: string | null
  readonly quantity: string | null
  readonly meteredQuantity: string | null
  readonly children: readonly Child[]
  readonly totals: Totals
  readonly externalIds: Readonly<Record<string, string>>
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

export interface LineSubscription {
  readonly subscriptionId: string
  readonly phaseId: string
  readonly itemId: string
  readonly billingPeriod: Period
}

export interface Quantified {
  readonly line: Line
  readonly metered: Decimal
}

export const DRAFT_SYNCED = 'openmeter.io/custominvoicing/draft-synced-at'
export const FINALIZED = 'openmeter.io/custominvoicing/finalized-at'
const TARGET_PAYMENT = 'openmeter.io/sandbox/target-payment-status'
const OUTCOMES: Readonly<Record<string, Trigger>> = {
  failed: 'payment_failed',
  uncollectible: 'payment_uncollectible',
  action_required: 'action_required',
}

export function machineInput(invoice: Invoice, app: App, hasLines: boolean): MachineInput {
  const custom = app.type === 'custom_invoicing'
  return {
    status: invoice.status,
    autoAdvance: invoice.workflow.invoicing.autoAdvance,
    collectionAt: invoice.collectionAt,
    draftUntil: invoice.draftUntil,
    hasLines,
    awaitsDraftSync: custom && app.draftSyncHook && invoice.metadata?.[DRAFT_SYNCED] === undefined,
    awaitsIssuingSync: custom && app.issuingSyncHook && invoice.metadata?.[FINALIZED] === undefined,
    paymentOutcome: custom ? null : (OUTCOMES[invoice.metadata?.[TARGET_PAYMENT] ?? ''] ?? 'paid'),
  }
}

/** When collection ends, when the draft is approved by itself, and when it is due. */
export function deadlines(
  invoice: Invoice,
  lines: readonly Line[],
): Pick<Invoice, 'collectionAt' | 'draftUntil' | 'dueAt'> {
  const { collection, invoicing } = invoice.workflow
  const metered = lines.filter(({ price }) => price.type !== 'flat').map(({ invoiceAt }) => invoiceAt)
  const last = metered.sort().at(-1)
  const collectionAt = last === undefined ? invoice.createdAt : addDuration(last, collection.interval)
  const base = collectionAt > invoice.createdAt ? collectionAt : invoice.createdAt
  const draftUntil = addDuration(base, invoicing.draftPeriod)
  const from = invoicing.autoAdvance ? draftUntil : invoice.issuedAt
  return {
    collectionAt,
    draftUntil: invoicing.autoAdvance ? draftUntil : null,
    dueAt: from === null ? null : wholeSecond(addDuration(from, invoicing.dueAfter)),
  }
}

function wholeSecond(at: Instant): Instant {
  return `${at.slice(0, 19)}.000Z` as Instant
}
