import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, type Money, money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { Rail } from '../account/account.ts'
import { consume, type Left, type Piece } from './funding.ts'

export interface Lot extends Left {
  readonly partyId: Id<'party'>
  readonly rail: Rail
  readonly amount: bigint
  readonly currency: Currency
  readonly clearedAt: Instant
}

export interface Funding {
  readonly payInId: Id<'payIn'> | null
  readonly rail: Rail | null
  readonly amount: Money
}

/** Until the end of the transaction nobody else adds to, or takes from, the lots of the party; to be called before any account is locked. */
export async function lockFunding(ctx: Context, party: Id<'party'>): Promise<void> {
  await ctx.db.sql`select pg_advisory_xact_lock(hashtextextended(${`funding:${ctx.tenant}:${party}`}, 0))`
}

export async function insertLot(ctx: Context, lot: Lot): Promise<void> {
  await ctx.db.sql`
    insert into funding_lots (tenant_id, pay_in_id, party_id, rail, amount, currency, remaining, cleared_at)
    values (${ctx.tenant}, ${lot.payInId}, ${lot.partyId}, ${lot.rail}, ${lot.amount}, ${lot.currency}, ${lot.remaining},
      ${lot.clearedAt})
    on conflict do nothing`
}

/** Consumes what was committed from the lots of the buyer, the oldest first, and keeps which. */
export async function useLots(
  ctx: Context,
  collectionId: Id<'collection'>,
  buyer: Id<'party'>,
  { amount, currency }: Money,
): Promise<void> {
  const pieces = consume(await lotsLeft(ctx, buyer, currency), amount)
  await takeFromLots(ctx, pieces)
  await addUses(ctx, collectionId, pieces)
}

/** Lots of a party that are not used up, the oldest first. */
export async function lotsLeft(ctx: Context, party: Id<'party'>, currency: Currency): Promise<Left[]> {
  return await ctx.db.sql<Left[]>`
    select pay_in_id as "payInId", remaining from funding_lots
    where tenant_id = ${ctx.tenant} and party_id = ${party} and currency = ${currency} and remaining > 0
    order by cleared_at, pay_in_id`
}

export async function takeFromLots(ctx: Context, pieces: readonly Piece[]): Promise<void> {
  for (const { payInId, amount } of pieces) {
    if (payInId === null) continue
    await ctx.db.sql`
      update funding_lots set remaining = remaining - ${amount}
      where tenant_id = ${ctx.tenant} and pay_in_id = ${payInId}`
  }
}

/** Adds to what a payment stands on. */
export async function addUses(ctx: Context, collectionId: Id<'collection'>, pieces: readonly Piece[]): Promise<void> {
  for (const { payInId, amount } of pieces) {
    await ctx.db.sql`
      insert into funding_uses (tenant_id, collection_id, pay_in_id, amount)
      values (${ctx.tenant}, ${collectionId}, ${payInId}, ${amount})
      on conflict on constraint funding_uses_one_per_pay_in
      do update set amount = funding_uses.amount + excluded.amount`
  }
}

/** Which pay-ins a committed collection stands on now, the oldest first; without a pay-in it is other money of the wallet. */
export async function fundingOf(ctx: Context, collectionId: Id<'collection'>): Promise<readonly Funding[]> {
  const rows = await ctx.db.sql<(Piece & { rail: Rail | null; currency: Currency })[]>`
    select u.pay_in_id as "payInId", l.rail, u.amount, p.currency
    from funding_uses u
      join payments p on p.tenant_id = u.tenant_id and p.collection_id = u.collection_id
      left join funding_lots l on l.tenant_id = u.tenant_id and l.pay_in_id = u.pay_in_id
    where u.tenant_id = ${ctx.tenant} and u.collection_id = ${collectionId} and u.amount > 0
    order by l.cleared_at nulls last, u.pay_in_id`
  return rows.map(({ payInId, rail, amount, currency }) => ({ payInId, rail, amount: money(amount, currency) }))
}
