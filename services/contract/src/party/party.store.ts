import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { and, eq } from 'drizzle-orm'
import { parties } from './party.table.ts'
import type { Party } from './party.ts'

export async function selectParty(ctx: Context, id: Id<'party'>): Promise<Party | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(parties)
    .where(and(eq(parties.tenant, ctx.tenant), eq(parties.id, id)))
  return row ?? null
}

export async function upsertParty(ctx: Context, { id, roles }: Party): Promise<void> {
  await ctx.db.orm
    .insert(parties)
    .values({ tenant: ctx.tenant, id, roles })
    .onConflictDoUpdate({ target: [parties.tenant, parties.id], set: { roles } })
}
