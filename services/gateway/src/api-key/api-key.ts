import { createHash, randomBytes } from 'node:crypto'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

export interface ApiKey {
  readonly id: Id<'apiKey'>
  readonly tenant: Id<'tenant'>
  readonly name: string
  /** The first characters of the token, to tell keys apart. */
  readonly tokenHint: string
  readonly scopes: readonly string[]
  readonly createdAt: Instant
  readonly createdBy: string
  readonly expiresAt: Instant | null
  readonly revokedAt: Instant | null
  readonly lastUsedAt: Instant | null
}

const HINT_LENGTH = 14

/** A token with 256 random bits; shown once, only its hash is kept. */
export function newToken(environment: 'sandbox' | 'live'): string {
  return `sk_${environment}_${randomBytes(32).toString('base64url')}`
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

export function hintOf(token: string): string {
  return `${token.slice(0, HINT_LENGTH)}…`
}

/** Whether a key opens anything at `now`. */
export function isUsable(key: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, now: Instant): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now)
}
