import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto'
import { refuse } from '@draupnir/errors'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { type HmacKey, hmacKey, hmacSha256 } from './hmac.ts'

export const CLAIMS_HEADER = 'x-internal-claims'
export const SIGNATURE_HEADER = 'x-internal-signature'
const TOLERANCE_MS = 5 * 60_000

const claimsSchema = z.strictObject({
  /** Null for the machinery's own calls (`/internal/*`), which touch no tenant's rows. */
  tenant: idField('tenant').nullable(),
  actor: z.string().min(1).max(200),
  scopes: z.array(z.string().max(100)).max(200),
  request_id: z.string().min(1).max(200),
})
const sealedSchema = claimsSchema.extend({ issued_at_ms: z.int() })

/** Who asks, as the gateway has established it. */
export type Claims = z.output<typeof claimsSchema>

export interface SignedRequest {
  readonly method: string
  /** Path and query exactly as they are sent. */
  readonly path: string
  readonly body?: Uint8Array | string
}

/** The two headers that let a service believe `claims` for this very request, for five minutes. */
export function signInternal(secret: string, request: SignedRequest, claims: Claims): Record<string, string> {
  // Transport time, not domain time: a frozen test clock must not make signatures expire.
  const sealed = { ...claimsSchema.parse(claims), issued_at_ms: Date.now() }
  const encoded = Buffer.from(JSON.stringify(sealed)).toString('base64url')
  return { [CLAIMS_HEADER]: encoded, [SIGNATURE_HEADER]: signature(secret, request, encoded) }
}

/** Whether a request claims to be signed; `verifyInternal` says whether it is. */
export function isSignedInternally(headers: Headers): boolean {
  return headers.has(CLAIMS_HEADER)
}

/** The claims of a signed request. Refuses `auth.missing` without headers, `auth.invalid` when they do not fit. */
export function verifyInternal(secret: string, request: SignedRequest, headers: Headers): Claims {
  const encoded = headers.get(CLAIMS_HEADER)
  const given = headers.get(SIGNATURE_HEADER)
  if (encoded === null || given === null) refuse('auth.missing')
  const expected = Buffer.from(signature(secret, request, encoded), 'latin1')
  const actual = Buffer.from(given, 'latin1')
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) refuse('auth.invalid')
  const { issued_at_ms: issuedAtMs, ...claims } = sealedSchema.parse(
    JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')),
  )
  if (Math.abs(Date.now() - issuedAtMs) > TOLERANCE_MS) refuse('auth.invalid', {}, 'The signature has expired')
  return claims
}

/** The bearer token with which a collector may read `/metrics`: derived, so that it opens nothing else. */
export function metricsToken(secret: string): string {
  return createHmac('sha256', secret).update('metrics').digest('hex')
}

/** Whether `header` is `Bearer <token>`, in constant time. */
export function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`))
}

function signature(secret: string, { method, path, body }: SignedRequest, claims: string): string {
  const digest = hash('sha256', body ?? '', 'hex')
  return hmacSha256(keyOf(secret), `${method.toUpperCase()}\n${path}\n${digest}\n${claims}`)
}

let known: { readonly secret: string; readonly key: HmacKey } | undefined

// A process has one secret.
function keyOf(secret: string): HmacKey {
  if (known?.secret !== secret) known = { secret, key: hmacKey(secret) }
  return known.key
}
