import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, toWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { Payout } from '@draupnir/wire'
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import { payouts } from './payout.table.ts'

export async function insertPayout(ctx: Context, payout: Payout): Promise<void> {
  await ctx.db.orm.insert(payouts).values({
    id: payout.id,
    tenant: ctx.tenant,
    partyId: payout.party_id,
    bankAccountId: payout.bank_account_id,
    rail: payout.rail,
    amount: BigInt(payout.amount.amount),
    currency: payout.amount.currency,
    state: payout.state,
    failure: payout.failure,
    paymentOrderId: payout.payment_order_id,
    cashOutId: payout.source.cash_out_id,
    legs: payout.source.legs,
    createdAt: payout.created_at,
    settledAt: payout.settled_at,
  })
}

export async function selectPayout(ctx: Context, id: Id<'payout'>): Promise<Payout | null> {
  const [row] = await ctx.db.orm.select().from(payouts).where(ours(ctx, id))
  return row === undefined ? null : fromRow(row)
}

export async function lockPayout(ctx: Context, id: Id<'payout'>): Promise<Payout | null> {
  const [row] = await ctx.db.orm.select().from(payouts).where(ours(ctx, id)).for('update')
  return row === undefined ? null : fromRow(row)
}

export async function savePayout(ctx: Context, payout: Payout): Promise<void> {
  await ctx.db.orm
    .update(payouts)
    .set({
      state: payout.state,
      failure: payout.failure,
      bankAccountId: payout.bank_account_id,
      paymentOrderId: payout.payment_order_id,
      settledAt: payout.settled_at,
    })
    .where(ours(ctx, payout.id))
}

/** Newest first, older than `before`. */
export async function selectPayouts(
  ctx: Context,
  partyId: Id<'party'> | undefined,
  before: readonly [Instant, Id<'payout'>] | null,
  limit: number,
): Promise<Payout[]> {
  const older = before === null ? undefined : sql`(${payouts.createdAt}, ${payouts.id}) < (${before[0]}, ${before[1]})`
  const rows = await ctx.db.orm
    .select()
    .from(payouts)
    .where(and(eq(payouts.tenant, ctx.tenant), partyId && eq(payouts.partyId, partyId), older))
    .orderBy(desc(payouts.createdAt), desc(payouts.id))
    .limit(limit)
  return rows.map(fromRow)
}

/** Payouts of a party that wait for a bank account of the currency, locked, the oldest first. */
export async function lockWaitingPayouts(ctx: Context, partyId: Id<'party'>, currency: Currency): Promise<Payout[]> {
  const rows = await ctx.db.orm
    .select()
    .from(payouts)
    .where(
      and(
        eq(payouts.tenant, ctx.tenant),
        eq(payouts.partyId, partyId),
        eq(payouts.currency, currency),
        eq(payouts.state, 'requested'),
        isNull(payouts.bankAccountId),
      ),
    )
    .orderBy(asc(payouts.createdAt), asc(payouts.id))
    .for('update')
  return rows.map(fromRow)
}

function ours(ctx: Context, id: Id<'payout'>) {
  return and(eq(payouts.id, id), eq(payouts.tenant, ctx.tenant))
}

function fromRow(row: typeof payouts.$inferSelect): Payout {
  return {
    id: row.id,
    party_id: row.partyId,
    bank_account_id: row.bankAccountId,
    rail: row.rail,
    amount: toWire({ amount: row.amount, currency: row.currency }),
    state: row.state,
    failure: row.failure,
    payment_order_id: row.paymentOrderId,
    created_at: row.createdAt,
    settled_at: row.settledAt,
    source: { cash_out_id: row.cashOutId, legs: row.legs },
  }
}
