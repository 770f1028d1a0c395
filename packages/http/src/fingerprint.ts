import { createHmac } from 'node:crypto'

/**
 * HMAC-SHA256 over canonical JSON: the order of fields does not matter, numbers and strings differ. Keyed, because a
 * body may be an account number, which a plain digest would give to whoever tries them all.
 */
export function fingerprintOf(secret: string, value: unknown): string {
  return createHmac('sha256', secret)
    .update(`idempotency\n${canonical(value)}`)
    .digest('hex')
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
