import { bankAccountRoutes } from './bank-account/bank-account.routes.ts'
import type { Bank } from './modern-treasury/client.ts'
import { partyRoutes } from './party/party.routes.ts'
import { payInRoutes } from './pay-in/pay-in.routes.ts'
import { payoutRoutes } from './payout/payout.routes.ts'
import { webhookRoutes } from './webhook/webhook.routes.ts'

export function routes(bank: Bank, webhookKey: string) {
  return [...partyRoutes, ...bankAccountRoutes(bank), ...payInRoutes, ...payoutRoutes, ...webhookRoutes(webhookKey)]
}
