import type { Context, Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { apiKeys } from './api-key.table.ts'
import type { ApiKey } from './api-key.ts'

/** Keeps a key; quiet when its token is known. */
export async function keepApiKey(db: Db, key: ApiKey, tokenHash: Buffer): Promise<void> {
  await db.orm
    .insert(apiKeys)
    .values({ ...key, scopes: [...key.scopes], tokenHash })
    .onConflictDoNothing()
}

/** The key of a token, by its hash: the index compares 256-bit digests, which tell nothing about the token. */
export async function findByToken(db: Db, tokenHash: Buffer): Promise<ApiKey | null> {
  const [row] = await db.orm.select().from(apiKeys).where(eq(apiKeys.tokenHash, tokenHash))
  return row ?? null
}

/** Notes the use of a key, at most once a minute. */
export async function noteUse(db: Db, id: Id<'apiKey'>, now: Instant): Promise<void> {
  const stale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, addMs(now, -MINUTE_MS)))
  await db.orm
    .update(apiKeys)
    .set({ lastUsedAt: now })
    .where(and(eq(apiKeys.id, id), stale))
}

/** Newest first, older than `before`. */
export function selectApiKeys(
  ctx: Context,
  before: readonly [Instant, Id<'apiKey'>] | null,
  limit: number,
): Promise<ApiKey[]> {
  const older = before === null ? undefined : sql`(${apiKeys.createdAt}, ${apiKeys.id}) < (${before[0]}, ${before[1]})`
  return ctx.db.orm
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.tenant, ctx.tenant), older))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .limit(limit)
}

/** The key with this id; null for an actor that is no key of the tenant. */
export async function selectApiKey(ctx: Context, id: string): Promise<ApiKey | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(apiKeys)
    .where(and(sql`${apiKeys.id} = ${id}`, eq(apiKeys.tenant, ctx.tenant)))
  return row ?? null
}

export async function lockApiKey(ctx: Context, id: Id<'apiKey'>): Promise<ApiKey | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), eq(apiKeys.tenant, ctx.tenant)))
    .for('update')
  return row ?? null
}

export async function markRevoked(ctx: Context, id: Id<'apiKey'>): Promise<void> {
  await ctx.db.orm
    .update(apiKeys)
    .set({ revokedAt: ctx.now() })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.tenant, ctx.tenant)))
}
