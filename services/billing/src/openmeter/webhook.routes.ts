import { defineRoute } from '@draupnir/http'
import { receiveWebhook } from './receive-webhook.ts'
import { readWebhook } from './webhook.ts'

/** Where OpenMeter's signed notifications arrive, through the gateway. */
export function webhookRoutes(secret: string) {
  return [
    defineRoute({
      method: 'post',
      path: '/webhooks/openmeter',
      scope: null,
      summary: 'Receives a signed notification of OpenMeter',
      tags: ['Webhooks'],
      body: 'raw',
      responses: { 204: null },
      handler: async (ctx, { headers, body }) => {
        await receiveWebhook(ctx, readWebhook(secret, headers, body, ctx.now()))
        return { status: 204 }
      },
    }),
  ]
}
