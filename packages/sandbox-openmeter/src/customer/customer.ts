import type { Instant } from '@draupnir/time'
import { compact, type Metadata } from '../shared/shape.ts'

export interface Address {
  readonly country?: string
  readonly postalCode?: string
  readonly state?: string
  readonly city?: string
  readonly line1?: string
  readonly line2?: string
  readonly phoneNumber?: string
}

export interface CustomerInput {
  readonly name: string
  readonly key?: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly usageAttribution?: { readonly subjectKeys: readonly string[] }
  readonly primaryEmail?: string
  readonly currency?: string
  readonly billingAddress?: Address
}

export interface Customer {
  readonly id: string
  readonly key: string | null
  readonly name: string
  readonly description: string | null
  readonly metadata: Metadata | null
  readonly primaryEmail: string | null
  readonly currency: string | null
  readonly billingAddress: Address | null
  readonly subjectKeys: string[] | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

/** The subjects whose usage is this customer's: its key and what it lists, never its id. */
export function usageSubjects(customer: Customer): string[] {
  return [...new Set([...(customer.key === null ? [] : [customer.key]), ...(customer.subjectKeys ?? [])])]
}

export function customerView(customer: Customer, currentSubscriptionId?: string) {
  const { subjectKeys, ...rest } = customer
  return compact({
    ...rest,
    usageAttribution: subjectKeys === null ? null : { subjectKeys },
    currentSubscriptionId: currentSubscriptionId ?? null,
  })
}
