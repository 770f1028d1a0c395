import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { and, desc, eq } from 'drizzle-orm'
import { type CollectionRefusal, collections } from './collection.table.ts'

export type CollectionRow = typeof collections.$inferSelect

/** The newest attempt to collect an invoice. */
export async function latestCollection(ctx: Context, invoiceId: Id<'invoice'>): Promise<CollectionRow | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(collections)
    .where(and(eq(collections.tenant, ctx.tenant), eq(collections.invoiceId, invoiceId)))
    .orderBy(desc(collections.attempt))
    .limit(1)
  return row ?? null
}

export function collectionsOf(ctx: Context, invoiceId: Id<'invoice'>): Promise<CollectionRow[]> {
  return ctx.db.orm
    .select()
    .from(collections)
    .where(and(eq(collections.tenant, ctx.tenant), eq(collections.invoiceId, invoiceId)))
    .orderBy(collections.attempt)
}

export async function insertCollection(ctx: Context, row: CollectionRow): Promise<void> {
  await ctx.db.orm.insert(collections).values(row)
}

/** Writes down the ledger's answer; null when it was answered before. */
export async function answerCollection(
  ctx: Context,
  id: Id<'collection'>,
  answer: { readonly state: 'committed' | 'refused'; readonly refusal: CollectionRefusal | null },
): Promise<CollectionRow | null> {
  const [row] = await ctx.db.orm
    .update(collections)
    .set({ ...answer, answeredAt: ctx.now() })
    .where(and(eq(collections.id, id), eq(collections.tenant, ctx.tenant), eq(collections.state, 'requested')))
    .returning()
  return row ?? null
}

/** Writes that a part of what was committed was taken back. Refuses, for now, what is not known to be committed. */
export async function reverseCollection(ctx: Context, id: Id<'collection'>, amount: bigint): Promise<void> {
  const { count } = await ctx.db.sql`
    update collections set reversed = reversed + ${amount},
      state = case when reversed + ${amount} = amount then 'reversed' else state end
    where tenant_id = ${ctx.tenant} and id = ${id} and state = 'committed'`
  if (count === 0) refuse('billing.collection-not-committed', { collection_id: id })
}

/** Remembers that money came in while an attempt was under way, or after a refusal nobody followed up. */
export async function noteFunds(ctx: Context, id: Id<'collection'>, fundsCame: boolean): Promise<void> {
  await ctx.db.orm
    .update(collections)
    .set({ fundsCame })
    .where(and(eq(collections.id, id), eq(collections.tenant, ctx.tenant)))
}
