import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { PayIn } from '@draupnir/wire'
import type { Standing } from '../payment-order/payment-order.ts'

export interface Returned {
  readonly at: Instant
  readonly reason: string
  readonly code: string
  /** The transaction by which the ledger took it back. */
  readonly reversed_by: Id<'transaction'> | null
}

/** A pay-in with what its events do not tell. */
export interface PayInView extends PayIn {
  /** The payer's bank took a cleared pay-in back. */
  readonly returned: Returned | null
}

/** The pay-in once the bank partner has taken its payment order; quiet past `submitted`. */
export function sendPayIn(payIn: PayInView, paymentOrderId: string): PayInView | null {
  return payIn.state === 'submitted' ? { ...payIn, state: 'processing', payment_order_id: paymentOrderId } : null
}

/** The pay-in that the bank partner refused for good; quiet past `submitted`. */
export function refusePayIn(payIn: PayInView, reason: string): PayInView | null {
  return payIn.state === 'submitted' ? { ...payIn, state: 'failed', failure: reason } : null
}

/** The pay-in as the bank sees it; null when nothing changed or its end is already known. */
export function followPayIn(payIn: PayInView, standing: Standing, now: Instant): PayInView | null {
  if (payIn.state === 'processing' && standing.kind === 'executed')
    return { ...payIn, state: 'cleared', cleared_at: now }
  if (payIn.state === 'processing' && standing.kind === 'failed')
    return { ...payIn, state: 'failed', failure: standing.reason }
  if (payIn.state === 'cleared' && standing.kind === 'failed' && payIn.returned === null)
    return { ...payIn, returned: { at: now, reason: standing.reason, code: standing.code, reversed_by: null } }
  return null
}

/** The pay-in once the ledger has taken it back; quiet when it was, or when nothing came back. */
export function reversePayIn(payIn: PayInView, reversedBy: Id<'transaction'>): PayInView | null {
  if (payIn.returned === null || payIn.returned.reversed_by !== null) return null
  return { ...payIn, returned: { ...payIn.returned, reversed_by: reversedBy } }
}
