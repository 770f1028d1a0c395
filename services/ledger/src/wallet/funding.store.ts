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

/** What stands on a lot: a part of a payment. */
export interface LotUse {
  readonly collectionId: Id<'collection'>
  readonly settlementId: Id<'settlement'> | null
  readonly amount: bigint
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

/** The lot of a pay-in, and whether it was returned; null when the pay-in never cleared. */
export async function findLot(
  ctx: Context,
  payInId: Id<'payIn'>,
): Promise<(Lot & { readonly returned: boolean }) | null> {
  const [row] = await ctx.db.sql<(Lot & { returned: boolean })[]>`
    select pay_in_id as "payInId", party_id as "partyId", rail, amount, currency, remaining, cleared_at as "clearedAt",
      returned_at is not null as returned
    from funding_lots where tenant_id = ${ctx.tenant} and pay_in_id = ${payInId}`
  return row ?? null
}

/** What stands on a pay-in, the oldest payment first. */
export async function usesOf(ctx: Context, payInId: Id<'payIn'>): Promise<LotUse[]> {
  return await ctx.db.sql<LotUse[]>`
    select u.collection_id as "collectionId", p.settlement_id as "settlementId", u.amount
    from funding_uses u join payments p on p.tenant_id = u.tenant_id and p.collection_id = u.collection_id
    where u.tenant_id = ${ctx.tenant} and u.pay_in_id = ${payInId} and u.amount > 0
    order by p.committed_at, p.collection_id`
}

/** Gives a payment's funds back to the lots they came from. */
export async function giveBack(ctx: Context, collectionId: Id<'collection'>): Promise<void> {
  const { sql } = ctx.db
  await sql`
    update funding_lots l set remaining = l.remaining + u.amount
    from funding_uses u
    where u.tenant_id = ${ctx.tenant} and u.collection_id = ${collectionId}
      and l.tenant_id = u.tenant_id and l.pay_in_id = u.pay_in_id`
  await sql`
    update funding_uses set amount = 0 where tenant_id = ${ctx.tenant} and collection_id = ${collectionId}`
}

/** Takes a part of a payment off the pay-in it stands on. */
export async function takeOff(
  ctx: Context,
  payInId: Id<'payIn'>,
  { collectionId, amount }: Pick<LotUse, 'collectionId' | 'amount'>,
): Promise<void> {
  await ctx.db.sql`
    update funding_uses set amount = amount - ${amount}
    where tenant_id = ${ctx.tenant} and collection_id = ${collectionId} and pay_in_id = ${payInId}`
}

/** Takes what went to a debt of the party out of its lots. */
export async function recoupFromLots(ctx: Context, pieces: readonly Piece[]): Promise<void> {
  await takeFromLots(ctx, pieces)
  for (const { payInId, amount } of pieces) {
    if (payInId === null) continue
    await ctx.db.sql`
      update funding_lots set recouped = recouped + ${amount}
      where tenant_id = ${ctx.tenant} and pay_in_id = ${payInId}`
  }
}

/** Nothing is left of a lot that went back to the bank. */
export async function saveReturned(ctx: Context, payInId: Id<'payIn'>, returnedBy: Id<'transaction'>): Promise<void> {
  await ctx.db.sql`
    update funding_lots set remaining = 0, recouped = 0, returned_by = ${returnedBy}, returned_at = ${ctx.now()}
    where tenant_id = ${ctx.tenant} and pay_in_id = ${payInId}`
}
