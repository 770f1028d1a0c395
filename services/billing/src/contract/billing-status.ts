import type { BillingStatus } from '@draupnir/wire'

export interface Standing {
  readonly open: number
  readonly pastDue: number
  readonly paid: number
  readonly ended: boolean
}

/** The billing status a contract has, given its invoices. */
export function billingStatusOf({ open, pastDue, paid, ended }: Standing): BillingStatus {
  if (pastDue > 0) return 'past_due'
  if (open > 0) return 'due'
  if (paid === 0) return 'none'
  return ended ? 'settled' : 'current'
}
