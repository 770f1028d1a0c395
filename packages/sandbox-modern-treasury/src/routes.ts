import { ok, type Route } from './api/route.ts'
import { bulkRoutes } from './bulk/bulk-request.routes.ts'
import { connectionRoutes } from './connection/connection.routes.ts'
import { counterpartyRoutes } from './counterparty/counterparty.routes.ts'
import { eventRoutes } from './event/event.routes.ts'
import { expectedPaymentRoutes } from './expected-payment/expected-payment.routes.ts'
import { externalAccountRoutes } from './external-account/external-account.routes.ts'
import { incomingPaymentDetailRoutes } from './incoming-payment-detail/incoming-payment-detail.routes.ts'
import { internalAccountRoutes } from './internal-account/internal-account.routes.ts'
import { ledgerRoutes } from './ledger/ledger.routes.ts'
import { ledgerAccountRoutes } from './ledger-account/ledger-account.routes.ts'
import { ledgerTransactionRoutes } from './ledger-transaction/ledger-transaction.routes.ts'
import { legalEntityRoutes } from './legal-entity/legal-entity.routes.ts'
import { paymentOrderRoutes } from './payment-order/payment-order.routes.ts'
import { returnRoutes } from './return/return.routes.ts'
import { lineItemRoutes } from './transaction/line-item.routes.ts'
import { transactionRoutes } from './transaction/transaction.routes.ts'

const ping: Route = { method: 'get', path: '/api/ping', handle: async () => ok({ ping: 'pong' }) }

import { virtualAccountRoutes } from './virtual-account/virtual-account.routes.ts'

/** Everything the sandbox answers; what else the API has answers 501. */
export const routes: readonly Route[] = [
  ping,
  ...bulkRoutes,
  ...connectionRoutes,
  ...counterpartyRoutes,
  ...eventRoutes,
  ...expectedPaymentRoutes,
  ...externalAccountRoutes,
  ...incomingPaymentDetailRoutes,
  ...internalAccountRoutes,
  ...ledgerAccountRoutes,
  ...ledgerRoutes,
  ...ledgerTransactionRoutes,
  ...legalEntityRoutes,
  ...lineItemRoutes,
  ...paymentOrderRoutes,
  ...returnRoutes,
  ...transactionRoutes,
  ...virtualAccountRoutes,
]
