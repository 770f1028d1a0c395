import { createHmac, timingSafeEqual } from 'node:crypto'
import { refuse } from '@draupnir/errors'
import { z } from 'zod'

const messageSchema = z.object({ event: z.string(), data: z.object({ id: z.string(), object: z.string() }).loose() })

export interface WebhookMessage {
  readonly messageId: string
  readonly topic: string
  /** Null for messages about anything but a payment order. */
  readonly paymentOrderId: string | null
  readonly payload: unknown
}

/** Verifies `X-Signature` over the raw bytes, then reads the message. Refuses `webhook.signature-invalid`. */
export function readWebhook(key: string, headers: Headers, body: Uint8Array): WebhookMessage {
  const expected = createHmac('sha256', key).update(body).digest()
  const given = Buffer.from(headers.get('x-signature') ?? '', 'hex')
  const messageId = headers.get('x-webhook-id') ?? ''
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || messageId === '')
    refuse('webhook.signature-invalid')
  const payload: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
  const parsed = messageSchema.safeParse(payload)
  if (!parsed.success) refuse('webhook.payload-unknown', { message_id: messageId })
  const { event, data } = parsed.data
  const topic = headers.get('x-topic') ?? data.object
  return {
    messageId,
    topic: `${topic}.${event}`,
    paymentOrderId: data.object === 'payment_order' ? data.id : null,
    payload,
  }
}
