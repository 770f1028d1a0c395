import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'

/** What a payment order of the bank moves here, and whether there is more to learn about it. */
export interface Owner {
  readonly kind: 'pay-in' | 'payout'
  readonly id: Id<'payIn'> | Id<'payout'>
  readonly tenant: Id<'tenant'>
  readonly paymentOrderId: string
}

/** Of every tenant: the bank's ids are unique, and only this tells whose they are. */
export async function ownersOf(db: Db, paymentOrderIds: readonly string[]): Promise<Owner[]> {
  return await db.sql<Owner[]>`
    select 'pay-in' as kind, id, tenant_id as tenant, payment_order_id as "paymentOrderId"
    from pay_ins where payment_order_id = any(${[...paymentOrderIds]}::text[])
    union all
    select 'payout', id, tenant_id, payment_order_id from payouts where payment_order_id = any(${[...paymentOrderIds]}::text[])`
}

/** Payment orders whose end is not known yet, of every tenant. */
export async function ordersUnderWay(db: Db): Promise<Pick<Owner, 'tenant' | 'paymentOrderId'>[]> {
  return await db.sql<Pick<Owner, 'tenant' | 'paymentOrderId'>[]>`
    select tenant_id as tenant, payment_order_id as "paymentOrderId" from pay_ins
    where state = 'processing' and payment_order_id is not null
    union all
    select tenant_id, payment_order_id from payouts where state = 'sent' and payment_order_id is not null`
}

/** Of these payment orders, those we still take for done. */
export async function ordersTakenForDone(
  db: Db,
  paymentOrderIds: readonly string[],
): Promise<Pick<Owner, 'tenant' | 'paymentOrderId'>[]> {
  return await db.sql<Pick<Owner, 'tenant' | 'paymentOrderId'>[]>`
    select tenant_id as tenant, payment_order_id as "paymentOrderId" from pay_ins
    where payment_order_id = any(${[...paymentOrderIds]}::text[]) and state = 'cleared' and returned_at is null
    union all
    select tenant_id, payment_order_id from payouts
    where payment_order_id = any(${[...paymentOrderIds]}::text[]) and state = 'settled'`
}
