import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Party } from '@draupnir/wire'
import { and, desc, eq, sql } from 'drizzle-orm'
import { parties } from './party.table.ts'

export interface KnownParty {
  readonly party: Party
  /** Null until the bank partner accepted the party. */
  readonly counterpartyId: string | null
}

export async function insertParty(ctx: Context, party: Party): Promise<void> {
  const { id, name, kind, roles, email, state, failure, created_at: createdAt } = party
  await ctx.db.orm
    .insert(parties)
    .values({ id, tenant: ctx.tenant, name, kind, roles, email, state, failure, createdAt })
}

export async function selectParty(ctx: Context, id: Id<'party'>): Promise<KnownParty | null> {
  const [row] = await ctx.db.orm.select().from(parties).where(ours(ctx, id))
  return row === undefined ? null : fromRow(row)
}

export async function lockParty(ctx: Context, id: Id<'party'>): Promise<KnownParty | null> {
  const [row] = await ctx.db.orm.select().from(parties).where(ours(ctx, id)).for('update')
  return row === undefined ? null : fromRow(row)
}

export async function saveOnboarding(
  ctx: Context,
  party: Party,
  bank: { readonly legalEntityId: string | null; readonly counterpartyId: string } | null,
): Promise<void> {
  const found = bank === null ? {} : bank
  await ctx.db.orm
    .update(parties)
    .set({ state: party.state, failure: party.failure, ...found })
    .where(ours(ctx, party.id))
}

/** Newest first, older than `before`. */
export async function selectParties(
  ctx: Context,
  before: readonly [Instant, Id<'party'>] | null,
  limit: number,
): Promise<Party[]> {
  const older = before === null ? undefined : sql`(${parties.createdAt}, ${parties.id}) < (${before[0]}, ${before[1]})`
  const rows = await ctx.db.orm
    .select()
    .from(parties)
    .where(and(eq(parties.tenant, ctx.tenant), older))
    .orderBy(desc(parties.createdAt), desc(parties.id))
    .limit(limit)
  return rows.map((row) => fromRow(row).party)
}

function ours(ctx: Context, id: Id<'party'>) {
  return and(eq(parties.id, id), eq(parties.tenant, ctx.tenant))
}

function fromRow(row: typeof parties.$inferSelect): KnownParty {
  const { id, name, kind, roles, email, state, failure, createdAt } = row
  return {
    party: { id, name, kind, roles, email, state, failure, created_at: createdAt },
    counterpartyId: row.counterpartyId,
  }
}
