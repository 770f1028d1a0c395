import { z } from 'zod'
import { ApiError, notFound } from '../api/errors.ts'
import { type RateLimits, rateLimitRoutes } from '../api/rate-limits.ts'
import { act, create, ok, type Route, remove } from '../api/route.ts'
import { listEndpoints, registerEndpoint, removeEndpoint } from '../event/webhook-endpoint.ts'
import { mannerRoutes } from '../ledger/ledger-manner.ts'
import { handRoutes } from '../ledger-transaction/by-hand.ts'
import { failPaymentOrder } from '../payment-order/fail-payment-order.ts'
import { returnPaymentOrder } from '../return/return-payment-order.ts'
import { load } from '../store/resource.ts'
import { CreateTransaction, createTransaction } from '../transaction/create-transaction.ts'

const WebhookEndpointInput = z.strictObject({ url: z.url() })
const ReturnInput = z.strictObject({ code: z.string() })
const FailInput = z.strictObject({ reason: z.string().default('Refused by the bank') })

/** What a test may do to the bank; none of it exists at Modern Treasury. */
export function controlRoutes(limits: RateLimits): readonly Route[] {
  return [...rateLimitRoutes(limits), ...mannerRoutes, ...handRoutes, ...bankRoutes]
}

const bankRoutes: readonly Route[] = [
  create('/_sandbox/webhook-endpoints')(WebhookEndpointInput, (unit, input) => registerEndpoint(unit.sql, input.url)),
  {
    method: 'get',
    path: '/_sandbox/webhook-endpoints',
    handle: async (unit) => ok({ data: await listEndpoints(unit.sql) }),
  },
  remove('/_sandbox/webhook-endpoints/:id', async (unit, id) => {
    if (!(await removeEndpoint(unit.sql, id))) notFound('webhook_endpoint')
  }),
  act('/_sandbox/payment_orders/:id/return')(ReturnInput, (unit, input, id) =>
    returnPaymentOrder(unit, id, input.code),
  ),
  act('/_sandbox/payment_orders/:id/fail')(FailInput, (unit, input, id) => failPaymentOrder(unit, id, input.reason)),
  create('/_sandbox/transactions/inject')(CreateTransaction, createTransaction),
  {
    method: 'get',
    path: '/_sandbox/external_accounts/:id/microdeposits',
    handle: async (unit, { params }) => {
      const { extra } = await load(unit, 'external_account', params.id ?? '')
      if (extra.verification === null) throw new ApiError(404, 'resource_not_found', 'No verification is under way')
      return ok({ amounts: extra.verification.amounts })
    },
  },
]
