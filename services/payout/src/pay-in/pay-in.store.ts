import type { Context, Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { toWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { PayIn } from '@draupnir/wire'
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm'
import { payIns } from './pay-in.table.ts'

export async function insertPayIn(ctx: Context, payIn: PayIn): Promise<void> {
  await ctx.db.orm.insert(payIns).values({
    id: payIn.id,
    tenant: ctx.tenant,
    partyId: payIn.party_id,
    bankAccountId: payIn.bank_account_id,
    rail: payIn.rail,
    amount: BigInt(payIn.amount.amount),
    currency: payIn.amount.currency,
    state: payIn.state,
    failure: payIn.failure,
    paymentOrderId: payIn.payment_order_id,
    createdAt: payIn.created_at,
    clearedAt: payIn.cleared_at,
  })
}

export async function findPayIn(ctx: Context, id: Id<'payIn'>): Promise<PayIn | null> {
  const [row] = await ctx.db.orm.select().from(payIns).where(ours(ctx, id))
  return row === undefined ? null : fromRow(row)
}

export async function lockPayIn(ctx: Context, id: Id<'payIn'>): Promise<PayIn | null> {
  const [row] = await ctx.db.orm.select().from(payIns).where(ours(ctx, id)).for('update')
  return row === undefined ? null : fromRow(row)
}

export async function savePayIn(ctx: Context, payIn: PayIn): Promise<void> {
  await ctx.db.orm
    .update(payIns)
    .set({
      state: payIn.state,
      failure: payIn.failure,
      paymentOrderId: payIn.payment_order_id,
      clearedAt: payIn.cleared_at,
    })
    .where(ours(ctx, payIn.id))
}

/** Newest first, older than `before`. */
export async function listPayIns(
  ctx: Context,
  partyId: Id<'party'> | undefined,
  before: readonly [Instant, Id<'payIn'>] | null,
  limit: number,
): Promise<PayIn[]> {
  const older = before === null ? undefined : sql`(${payIns.createdAt}, ${payIns.id}) < (${before[0]}, ${before[1]})`
  const rows = await ctx.db.orm
    .select()
    .from(payIns)
    .where(and(eq(payIns.tenant, ctx.tenant), partyId && eq(payIns.partyId, partyId), older))
    .orderBy(desc(payIns.createdAt), desc(payIns.id))
    .limit(limit)
  return rows.map(fromRow)
}

/** Payment orders whose end is not known yet, of every tenant. */
export function payInsUnderWay(db: Db) {
  return db.orm
    .select({ tenant: payIns.tenant, paymentOrderId: sql<string>`${payIns.paymentOrderId}` })
    .from(payIns)
    .where(and(eq(payIns.state, 'processing'), isNotNull(payIns.paymentOrderId)))
}

export async function payInOfPaymentOrder(
  db: Db,
  paymentOrderId: string,
): Promise<{ id: Id<'payIn'>; tenant: Id<'tenant'> } | null> {
  const [row] = await db.orm
    .select({ id: payIns.id, tenant: payIns.tenant })
    .from(payIns)
    .where(eq(payIns.paymentOrderId, paymentOrderId))
  return row ?? null
}

function ours(ctx: Context, id: Id<'payIn'>) {
  return and(eq(payIns.id, id), eq(payIns.tenant, ctx.tenant))
}

function fromRow(row: typeof payIns.$inferSelect): PayIn {
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
    cleared_at: row.clearedAt,
  }
}
