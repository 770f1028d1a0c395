import type { Bank } from './modern-treasury/client.ts'
import { onboardParty } from './party/onboard-party.ts'
import { submitPayIn } from './pay-in/submit-pay-in.ts'
import { submitPayout } from './payout/submit-payout.ts'
import { pollPaymentOrders, refreshPaymentOrder } from './refresh-payment-order.ts'

/** Every call to Modern Treasury that is not part of a request, and the sweep behind the webhooks. */
export function timers(bank: Bank) {
  return [onboardParty(bank), submitPayIn(bank), submitPayout(bank), refreshPaymentOrder(bank), pollPaymentOrders()]
}
