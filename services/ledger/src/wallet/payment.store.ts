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
  if (row === undefined) return null
  const { collection_id: collectionId, invoice_id: invoiceId, amount, currency, state } = row
  return { collectionId, invoiceId, amount: money(amount, currency), state }
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
