import type { Bank } from './modern-treasury/client.ts'
import { onboardParty } from './party/onboard-party.ts'
import { submitPayIn } from './pay-in/submit-pay-in.ts'
import { pollPaymentOrders } from './payment-order/poll-payment-orders.ts'
import { pollReturnedOrders } from './payment-order/poll-returned-orders.ts'
import { refreshPaymentOrder } from './payment-order/refresh-payment-order.ts'
import { submitPayout } from './payout/submit-payout.ts'

/** Every call to Modern Treasury that is not part of a request, and the sweeps behind the webhooks. */
export function timers(bank: Bank) {
  return [
    onboardParty(bank),
    submitPayIn(bank),
    submitPayout(bank),
    refreshPaymentOrder(bank),
    pollPaymentOrders(),
    pollReturnedOrders(bank),
  ]
}
