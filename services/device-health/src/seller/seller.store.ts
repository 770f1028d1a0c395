import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { and, eq } from 'drizzle-orm'
import { sellers } from './seller.table.ts'
import type { Seller } from './seller.ts'

export async function selectSeller(ctx: Context, id: Id<'party'>): Promise<Seller | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(sellers)
    .where(and(eq(sellers.tenant, ctx.tenant), eq(sellers.id, id)))
  return row ?? null
}

export async function upsertSeller(ctx: Context, { id, roles }: Seller): Promise<void> {
  await ctx.db.orm
    .insert(sellers)
    .values({ tenant: ctx.tenant, id, roles })
    .onConflictDoUpdate({ target: [sellers.tenant, sellers.id], set: { roles } })
}
