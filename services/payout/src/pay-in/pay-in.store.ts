import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { toWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { and, desc, eq, sql } from 'drizzle-orm'
import { payIns } from './pay-in.table.ts'
import type { PayInView } from './pay-in.ts'

export async function insertPayIn(ctx: Context, payIn: PayInView): Promise<void> {
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

export async function selectPayIn(ctx: Context, id: Id<'payIn'>): Promise<PayInView | null> {
  const [row] = await ctx.db.orm.select().from(payIns).where(ours(ctx, id))
  return row === undefined ? null : fromRow(row)
}

export async function lockPayIn(ctx: Context, id: Id<'payIn'>): Promise<PayInView | null> {
  const [row] = await ctx.db.orm.select().from(payIns).where(ours(ctx, id)).for('update')
  return row === undefined ? null : fromRow(row)
}

export async function savePayIn(ctx: Context, payIn: PayInView): Promise<void> {
  await ctx.db.orm
    .update(payIns)
    .set({
      state: payIn.state,
      failure: payIn.failure,
      paymentOrderId: payIn.payment_order_id,
      clearedAt: payIn.cleared_at,
      returnedAt: payIn.returned?.at ?? null,
      returnReason: payIn.returned?.reason ?? null,
      returnCode: payIn.returned?.code ?? null,
      reversedBy: payIn.returned?.reversed_by ?? null,
    })
    .where(ours(ctx, payIn.id))
}

/** Newest first, older than `before`. */
export async function selectPayIns(
  ctx: Context,
  partyId: Id<'party'> | undefined,
  before: readonly [Instant, Id<'payIn'>] | null,
  limit: number,
): Promise<PayInView[]> {
  const older = before === null ? undefined : sql`(${payIns.createdAt}, ${payIns.id}) < (${before[0]}, ${before[1]})`
  const rows = await ctx.db.orm
    .select()
    .from(payIns)
    .where(and(eq(payIns.tenant, ctx.tenant), partyId && eq(payIns.partyId, partyId), older))
    .orderBy(desc(payIns.createdAt), desc(payIns.id))
    .limit(limit)
  return rows.map(fromRow)
}

function ours(ctx: Context, id: Id<'payIn'>) {
  return and(eq(payIns.id, id), eq(payIns.tenant, ctx.tenant))
}

function fromRow(row: typeof payIns.$inferSelect): PayInView {
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
    returned: returnedOf(row),
  }
}

function returnedOf({
  returnedAt: at,
  returnReason: reason,
  returnCode: code,
  reversedBy,
}: typeof payIns.$inferSelect) {
  return at === null || reason === null || code === null ? null : { at, reason, code, reversed_by: reversedBy }
}
