import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { keepApiKey, selectApiKey } from './api-key.store.ts'
import { type ApiKey, type Environment, hashToken, hintOf } from './api-key.ts'
import { newToken } from './new-token.ts'
import { spelledOut } from './scopes.ts'

export interface ApiKeyInput {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expiresAt: Instant | null
  readonly environment: Environment
}

export interface NewApiKey {
  readonly key: ApiKey
  /** Answered once and never again. */
  readonly token: string
}

/**
 * A new key of the caller's tenant. Refuses `api-key.scope-not-held` for a scope its maker does not hold, and
 * `api-key.expiry-passed`.
 */
export function createApiKey(outer: Context, input: ApiKeyInput): Promise<NewApiKey> {
  return transact(outer, async (ctx) => {
    const maker = await selectApiKey(ctx, ctx.actor)
    const held = spelledOut(maker?.scopes ?? [], ctx.tenant)
    const beyond = spelledOut(input.scopes, ctx.tenant).filter((scope) => !held.includes(scope))
    if (beyond.length > 0) refuse('api-key.scope-not-held', { scopes: beyond })
    return issueApiKey(ctx, input)
  })
}

/** A new key without asking who makes it: for the first key of a tenant. */
export function issueApiKey(outer: Context, input: ApiKeyInput): Promise<NewApiKey> {
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
