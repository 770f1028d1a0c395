import type { JsonValue } from '@draupnir/errors'
import type ModernTreasury from 'modern-treasury'
import { base, type Unit } from '../api/unit.ts'
import { bankDate } from '../calendar/banking-day.ts'
import { publish } from '../event/publish.ts'
import { matchTransaction } from '../expected-payment/match.ts'
import { find, insert, save } from '../store/resource.ts'
import { post } from '../transaction/post.ts'
import { later } from '../work/kinds.ts'
import { Arrival } from './simulate-incoming-payment.ts'

const SENDER_ROUTING_NUMBER = '021000021'
const SENDER_ACCOUNT_SAFE = '6789'

/** The bank has heard of a payment; it posts right after. */
export async function receiveIncomingPayment(unit: Unit, id: string, data: JsonValue): Promise<void> {
  const arrival = Arrival.parse(data)
  const virtual = arrival.virtualAccountId ? await find(unit, 'virtual_account', arrival.virtualAccountId) : undefined
  const detail: ModernTreasury.IncomingPaymentDetail = {
    ...base(unit, 'incoming_payment_detail'),
    id,
    internal_account_id: arrival.internalAccountId,
    virtual_account_id: virtual?.body.id ?? null,
    virtual_account: virtual?.body ?? null,
    transaction_line_item_id: null,
    transaction_id: null,
    ledger_transaction_id: null,
    type: arrival.type,
    data: arrival.data,
    amount: arrival.amount,
    currency: arrival.currency,
    direction: arrival.direction,
    status: 'pending',
    metadata: {},
    as_of_date: arrival.asOfDate ?? bankDate(unit.now),
    vendor_id: null,
    originating_routing_number: SENDER_ROUTING_NUMBER,
    originating_routing_number_type: 'aba',
    originating_account_number_safe: SENDER_ACCOUNT_SAFE,
    originating_account_number_type: 'other',
    reconciliation_status: 'unreconciled',
  }
  await insert(unit, 'incoming_payment_detail', detail, { description: arrival.description })
  await publish(unit, 'incoming_payment_detail', 'created', detail)
  await later(unit, 'incoming_payment_detail.complete', id, unit.now)
}

/** The payment is posted and matched to its line on the statement. */
export async function completeIncomingPayment(unit: Unit, id: string): Promise<void> {
  const found = await find(unit, 'incoming_payment_detail', id, true)
  if (found?.body.status !== 'pending') return
  const detail = found.body
  const { transactionId, lineItemId } = await post(unit, {
    amount: detail.amount,
    currency: detail.currency ?? 'USD',
    direction: detail.direction,
    type: detail.type,
    description: found.extra.description ?? `INCOMING ${detail.type.toUpperCase()}`,
    internalAccountId: detail.internal_account_id,
    counterpartyId: detail.virtual_account?.counterparty_id ?? null,
    virtualAccountId: detail.virtual_account_id,
    cause: { type: 'incoming_payment_detail', id },
  })
  const completed = await save(unit, 'incoming_payment_detail', {
    ...detail,
    status: 'completed',
    transaction_id: transactionId,
    transaction_line_item_id: lineItemId,
  })
  await publish(unit, 'incoming_payment_detail', 'completed', completed)
  const reconciled = await save(unit, 'incoming_payment_detail', { ...completed, reconciliation_status: 'reconciled' })
  await publish(unit, 'incoming_payment_detail', 'reconciled', reconciled)
  await matchTransaction(unit, transactionId)
}
