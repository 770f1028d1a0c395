import type { Duration, Instant } from '@draupnir/time'
import { type App, appView } from '../app/app.ts'
import type { Address } from '../customer/customer.ts'
import { compact, type Metadata } from '../shared/shape.ts'

export interface Party {
  readonly id?: string
  readonly key?: string
  readonly name?: string
  readonly taxId?: { readonly code?: string }
  readonly addresses?: readonly Address[]
}

export interface Workflow {
  readonly collection: {
    readonly alignment:
      | { readonly type: 'subscription' }
      | { readonly type: 'anchored'; readonly recurringPeriod: { readonly interval: string; readonly anchor: Instant } }
    readonly interval: Duration
  }
  readonly invoicing: {
    readonly autoAdvance: boolean
    readonly draftPeriod: Duration
    readonly dueAfter: Duration
    readonly progressiveBilling: boolean
    readonly subscriptionEndProrationMode: 'bill_actual_period' | 'bill_full_period'
    readonly defaultTaxConfig?: unknown
  }
  readonly payment: { readonly collectionMethod: 'charge_automatically' | 'send_invoice' }
  readonly tax: { readonly enabled: boolean; readonly enforced: boolean }
}

export type WorkflowInput = { readonly [K in keyof Workflow]?: Partial<Workflow[K]> }

export interface ProfileInput {
  readonly name: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly supplier: Party
  readonly workflow: WorkflowInput
  readonly apps: { readonly tax: string; readonly invoicing: string; readonly payment: string }
  readonly default: boolean
}

export interface Profile {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly supplier: Party
  readonly workflow: Workflow
  readonly appId: string
  readonly isDefault: boolean
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

/** The settings OpenMeter fills in where a profile says nothing. */
export function completeWorkflow(input: WorkflowInput): Workflow {
  return {
    collection: { alignment: { type: 'subscription' }, interval: 'PT1H' as Duration, ...input.collection },
    invoicing: {
      autoAdvance: true,
      draftPeriod: 'P0D' as Duration,
      dueAfter: 'P30D' as Duration,
      progressiveBilling: true,
      subscriptionEndProrationMode: 'bill_actual_period',
      ...input.invoicing,
    },
    payment: { collectionMethod: 'charge_automatically', ...input.payment },
    tax: { enabled: true, enforced: false, ...input.tax },
  }
}

export function profileView(profile: Profile, app: App | undefined) {
  const { appId, isDefault, ...rest } = profile
  const one = app === undefined ? { id: appId } : appView(app)
  return { ...compact(rest), default: isDefault, apps: { tax: one, invoicing: one, payment: one } }
}
