import { createHmac } from 'node:crypto'
import { epochMs, type Instant } from '@draupnir/time'

const PREFIX = 'whsec_'

/** The Svix headers: HMAC-SHA256 over `id.timestamp.body`, with the clock's time in seconds. */
export function svixHeaders(secret: string, messageId: string, at: Instant, body: string): Record<string, string> {
  const timestamp = String(Math.floor(epochMs(at) / 1000))
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64')
  const signature = createHmac('sha256', key).update(`${messageId}.${timestamp}.${body}`).digest('base64')
  return { 'svix-id': messageId, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` }
}

/** Whether a secret is `whsec_` and 24 to 64 bytes of base64. */
export function isSigningSecret(secret: string): boolean {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return false
  const { length } = Buffer.from(encoded, 'base64')
  return length >= 24 && length <= 64
}
