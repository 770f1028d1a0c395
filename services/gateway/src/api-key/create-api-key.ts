import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { keepApiKey } from './api-key.store.ts'
import { type ApiKey, hashToken, hintOf, newToken } from './api-key.ts'

export interface ApiKeyInput {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expiresAt: Instant | null
  readonly environment: 'sandbox' | 'live'
}

/** A new key of the caller's tenant; the token is answered once and never again. Refuses an expiry that has passed. */
export function createApiKey(outer: Context, input: ApiKeyInput): Promise<{ key: ApiKey; token: string }> {
  return transact(outer, async (ctx) => {
    if (input.expiresAt !== null && input.expiresAt <= ctx.now())
      refuse('api-key.expiry-passed', { expires_at: input.expiresAt })
    const token = newToken(input.environment)
    const key: ApiKey = {
      id: ctx.newId('apiKey'),
      tenant: ctx.tenant,
      name: input.name,
      tokenHint: hintOf(token),
      scopes: [...new Set(input.scopes)],
      createdAt: ctx.now(),
      createdBy: ctx.actor,
      expiresAt: input.expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    }
    await keepApiKey(ctx.db, key, hashToken(token))
    return { key, token }
  })
}
