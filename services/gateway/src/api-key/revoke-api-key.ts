import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { lockApiKey, markRevoked } from './api-key.store.ts'
import type { ApiKey } from './api-key.ts'

/** Closes a key at once and for ever; a revoked one stays revoked at its first moment. */
export function revokeApiKey(outer: Context, id: Id<'apiKey'>): Promise<ApiKey> {
  return transact(outer, async (ctx) => {
    const key = await lockApiKey(ctx, id)
    if (key === null) refuse('request.not-found', { api_key_id: id })
    if (key.revokedAt !== null) return key
    await markRevoked(ctx, id)
    return { ...key, revokedAt: ctx.now() }
  })
}
