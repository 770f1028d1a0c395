import { createHmac, timingSafeEqual } from 'node:crypto'
import { type JsonValue, refuse } from '@draupnir/errors'
import { z } from 'zod'

const messageSchema = z.object({ event: z.string(), data: z.object({ id: z.string(), object: z.string() }).loose() })
const SIGNATURE = /^[0-9a-f]{64}$/i

export interface WebhookMessage {
  readonly messageId: string
  readonly topic: string
  /** Null for messages about anything but a payment order. */
  readonly paymentOrderId: string | null
  readonly payload: unknown
}

/**
 * Verifies `X-Signature` over the raw bytes, then reads the message. Refuses `webhook.signature-invalid`, and
 * `webhook.payload-unknown` for what is signed but says nothing we know.
 */
export function readWebhook(key: string, headers: Headers, body: Uint8Array): WebhookMessage {
  const expected = createHmac('sha256', key).update(body).digest()
  const signature = headers.get('x-signature') ?? ''
  const given = Buffer.from(SIGNATURE.test(signature) ? signature : '', 'hex')
  const messageId = headers.get('x-webhook-id') ?? ''
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || messageId === '')
    refuse('webhook.signature-invalid')
  const payload = jsonOf(body)
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

function jsonOf(body: Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
