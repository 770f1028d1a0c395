import { createHmac, timingSafeEqual } from 'node:crypto'
import { refuse } from '@draupnir/errors'
import { epochMs, type Instant } from '@draupnir/time'
import { z } from 'zod'

const TOLERANCE_MS = 5 * 60_000

const messageSchema = z.object({
  type: z.string(),
  data: z.object({ id: z.string(), customer: z.object({ key: z.string().optional() }) }),
})

export interface WebhookMessage {
  readonly messageId: string
  readonly type: string
  readonly openmeterInvoiceId: string
  readonly customerKey: string
  readonly payload: unknown
}

/** Verifies a Svix-signed message over its raw bytes, then reads it. Refuses `webhook.signature-invalid`. */
export function readWebhook(secret: string, headers: Headers, body: Uint8Array, now: Instant): WebhookMessage {
  const messageId = headers.get('svix-id') ?? ''
  const timestamp = headers.get('svix-timestamp') ?? ''
  const signatures = (headers.get('svix-signature') ?? '').split(' ')
  const fresh = /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) * 1000 - epochMs(now)) <= TOLERANCE_MS
  const expected = sign(secret, messageId, timestamp, body)
  if (messageId === '' || !fresh || !signatures.some((given) => equal(given, expected)))
    refuse('webhook.signature-invalid')
  const payload = parseJson(body)
  const message = messageSchema.safeParse(payload)
  if (!message.success) refuse('webhook.payload-unknown', { message_id: messageId })
  const { type, data } = message.data
  return { messageId, type, openmeterInvoiceId: data.id, customerKey: data.customer.key ?? '', payload }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}

function sign(secret: string, messageId: string, timestamp: string, body: Uint8Array): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const mac = createHmac('sha256', key).update(`${messageId}.${timestamp}.`).update(body).digest('base64')
  return `v1,${mac}`
}

function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
