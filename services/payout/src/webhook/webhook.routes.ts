import { defineRoute } from '@draupnir/http'
import { receiveWebhook } from './receive-webhook.ts'
import { readWebhook } from './webhook.ts'

/** Where Modern Treasury's signed events arrive, through the gateway. */
export function webhookRoutes(key: string) {
  return [
    defineRoute({
      method: 'post',
      path: '/webhooks/modern-treasury',
      scope: null,
      summary: 'Receives a signed event of Modern Treasury',
      tags: ['Webhooks'],
      body: 'raw',
      responses: { 204: null },
      handler: async (ctx, { headers, body }) => {
        await receiveWebhook(ctx, readWebhook(key, headers, body))
        return { status: 204 }
      },
    }),
  ]
}
