import { createHmac, randomUUID } from 'node:crypto'
import type { WebhookManner } from '@draupnir/sandbox'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@draupnir/time'

const MINUTES = [1, 5, 30]
const HOURS = [2, 6, 12]

/** Signed over the raw body alone, five seconds of patience, backing off for five days of clock time. */
export function webhookManner(organizationId: string, webhookKey: string): WebhookManner {
  return {
    sign: async ({ body, messageId }) => ({
      'X-Signature': createHmac('sha256', webhookKey).update(body).digest('hex'),
      'X-Webhook-ID': messageId,
      'X-Delivery-ID': randomUUID(),
      'X-Organization-ID': organizationId,
      'User-Agent': 'http.rb/4.2.0',
    }),
    timeoutMs: 5_000,
    retriesMs: [...MINUTES.map((n) => n * MINUTE_MS), ...HOURS.map((n) => n * HOUR_MS), DAY_MS, DAY_MS, DAY_MS, DAY_MS],
  }
}
