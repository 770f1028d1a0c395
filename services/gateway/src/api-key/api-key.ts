import { createHash } from 'node:crypto'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

export type Environment = 'sandbox' | 'live'

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

/** What a token looks like; a random one has 43 characters behind its prefix. */
export const TOKEN = /^sk_(?:sandbox|live)_[A-Za-z0-9_-]{32,128}$/
const HINT_RANDOM_CHARACTERS = 4

/** Tokens are random, so a plain digest of one tells nothing about it. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

export function hintOf(token: string): string {
  const prefix = /^sk_[a-z]+_/.exec(token)?.[0] ?? ''
  return `${token.slice(0, prefix.length + HINT_RANDOM_CHARACTERS)}…`
}

/** Whether a key opens anything at `now`. */
export function isUsable(key: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, now: Instant): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now)
}
