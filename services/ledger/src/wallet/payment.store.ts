import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type Currency, type Money, money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'

/** A collection that was committed from a wallet. */
export interface WalletPayment {
  readonly collectionId: Id<'collection'>
  readonly invoiceId: Id<'invoice'>
  readonly amount: Money
  readonly state: 'committed' | 'settled' | 'reversed'
}

interface PaymentRow {
  readonly collection_id: Id<'collection'>
  readonly invoice_id: Id<'invoice'>
  readonly amount: bigint
  readonly currency: Currency
  readonly state: WalletPayment['state']
}

export interface Committed {
  readonly collectionId: Id<'collection'>
  readonly invoiceId: Id<'invoice'>
  readonly buyerId: Id<'party'>
  readonly amount: Money
  readonly committedAt: Instant
}

export interface SettledPayment {
  readonly collectionId: Id<'collection'>
  readonly transactionId: Id<'transaction'>
  readonly settledAt: Instant
}

/** Keeps a payment that is committed; false when it was before. */
export async function insertPayment(ctx: Context, committed: Committed): Promise<boolean> {
  const { collectionId, invoiceId, buyerId, amount, committedAt } = committed
  const { count } = await ctx.db.sql`
    insert into payments (tenant_id, collection_id, invoice_id, buyer_id, amount, currency, state, committed_at)
    values (${ctx.tenant}, ${collectionId}, ${invoiceId}, ${buyerId}, ${amount.amount}, ${amount.currency}, 'committed',
      ${committedAt})
    on conflict do nothing`
  return count > 0
}

/** Locks a payment, so that it is settled once and not taken back meanwhile. */
export async function lockPayment(ctx: Context, id: Id<'collection'>): Promise<WalletPayment | null> {
  const [row] = await ctx.db.sql<PaymentRow[]>`
    select collection_id, invoice_id, amount, currency, state from payments
    where tenant_id = ${ctx.tenant} and collection_id = ${id} for update`
  return row === undefined ? null : paymentOf(row)
}

/** Writes that a payment was settled. */
export async function savePaymentSettled(
  ctx: Context,
  settlementId: Id<'settlement'>,
  { collectionId, transactionId, settledAt }: SettledPayment,
): Promise<void> {
  await ctx.db.sql`
    update payments set state = 'settled', settlement_id = ${settlementId}, transaction_id = ${transactionId},
      settled_at = ${settledAt}
    where tenant_id = ${ctx.tenant} and collection_id = ${collectionId}`
}

/**
 * Locks the committed payments of a buyer that are not settled: first those that stand on the pay-in, of each the newest
 * first.
 */
export async function lockUnsettled(
  ctx: Context,
  buyer: Id<'party'>,
  currency: Currency,
  payInId: Id<'payIn'>,
): Promise<WalletPayment[]> {
  const { sql } = ctx.db
  // In the order of their ids, so that two who lock several do not wait for each other.
  await sql`
    select 1 from payments
    where tenant_id = ${ctx.tenant} and buyer_id = ${buyer} and currency = ${currency} and state = 'committed'
    order by collection_id for update`
  const rows = await sql<PaymentRow[]>`
    select p.collection_id, p.invoice_id, p.amount, p.currency, p.state from payments p
      left join funding_uses u on u.tenant_id = p.tenant_id and u.collection_id = p.collection_id
        and u.pay_in_id = ${payInId} and u.amount > 0
    where p.tenant_id = ${ctx.tenant} and p.buyer_id = ${buyer} and p.currency = ${currency} and p.state = 'committed'
    order by u.pay_in_id nulls last, p.committed_at desc, p.collection_id desc`
  return rows.map(paymentOf)
}

/** Writes that more of a payment was taken back. */
export async function savePaymentReversed(ctx: Context, id: Id<'collection'>, amount: bigint): Promise<void> {
  await ctx.db.sql`
    update payments set reversed = reversed + ${amount},
      state = case when reversed + ${amount} = amount then 'reversed' else state end
    where tenant_id = ${ctx.tenant} and collection_id = ${id}`
}

function paymentOf({ collection_id, invoice_id, amount, currency, state }: PaymentRow): WalletPayment {
  return { collectionId: collection_id, invoiceId: invoice_id, amount: money(amount, currency), state }
}
