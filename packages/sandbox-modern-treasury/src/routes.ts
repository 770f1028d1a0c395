import { ok, type Route } from './api/route.ts'
import { connectionRoutes } from './connection/connection.routes.ts'
import { counterpartyRoutes } from './counterparty/counterparty.routes.ts'
import { eventRoutes } from './event/event.routes.ts'
import { externalAccountRoutes } from './external-account/external-account.routes.ts'
import { internalAccountRoutes } from './internal-account/internal-account.routes.ts'
import { legalEntityRoutes } from './legal-entity/legal-entity.routes.ts'
import { paymentOrderRoutes } from './payment-order/payment-order.routes.ts'
import { returnRoutes } from './return/return.routes.ts'
import { transactionRoutes } from './transaction/transaction.routes.ts'

const ping: Route = { method: 'get', path: '/api/ping', handle: async () => ok({ ping: 'pong' }) }

/** Everything the sandbox answers; what else the API has answers 501. */
export const routes: readonly Route[] = [
  ping,
  ...connectionRoutes,
  ...counterpartyRoutes,
  ...eventRoutes,
  ...externalAccountRoutes,
  ...internalAccountRoutes,
  ...legalEntityRoutes,
  ...paymentOrderRoutes,
  ...returnRoutes,
  ...transactionRoutes,
]
