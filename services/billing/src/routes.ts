import { invoiceRoutes } from './invoice/invoice.routes.ts'
import { webhookRoutes } from './openmeter/webhook.routes.ts'

export function routes(webhookSecret: string) {
  return [...invoiceRoutes, ...webhookRoutes(webhookSecret)]
}
