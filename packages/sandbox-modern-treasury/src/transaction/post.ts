import type ModernTreasury from 'modern-treasury'
import { base, type Unit } from '../api/unit.ts'
import { bankDate } from '../calendar/banking-day.ts'
import { publish } from '../event/publish.ts'
import { insert } from '../store/resource.ts'
import { vendorCode } from './vendor-code.ts'

type Transaction = ModernTreasury.Transaction
type Cause = 'payment_order' | 'return' | 'incoming_payment_detail'

export interface Posting {
  readonly amount: number
  readonly currency: Transaction['currency']
  /** `credit` puts money into the internal account. */
  readonly direction: 'credit' | 'debit'
  readonly type: Transaction['type']
  readonly description: string
  readonly internalAccountId: string
  readonly counterpartyId: string | null
  readonly virtualAccountId?: string | null
  readonly cause: { readonly type: Cause; readonly id: string }
}

/** Writes a posted line on the bank statement, matched to what caused it. */
export async function post(unit: Unit, posting: Posting): Promise<{ transactionId: string; lineItemId: string }> {
  const transaction: Transaction = {
    ...base(unit, 'transaction'),
    discarded_at: null,
    amount: posting.amount,
    currency: posting.currency,
    direction: posting.direction,
    vendor_description: posting.description,
    vendor_code: vendorCode(posting.type, posting.direction, posting.cause.type),
    vendor_code_type: 'bai2',
    vendor_id: null,
    as_of_date: bankDate(unit.now),
    as_of_time: null,
    as_of_timezone: null,
    internal_account_id: posting.internalAccountId,
    metadata: {},
    posted: true,
    vendor_customer_id: null,
    reconciled: true,
    details: {},
    type: posting.type,
    foreign_exchange_rate: null,
    custom_identifiers: {},
  }
  await insert(unit, 'transaction', transaction, {
    counterpartyId: posting.counterpartyId,
    virtualAccountId: posting.virtualAccountId ?? null,
    transactableType: posting.cause.type,
  })
  const receiving = lineItem(unit, transaction, posting, 'receiving')
  await insert(unit, 'transaction_line_item', lineItem(unit, transaction, posting, 'originating'))
  await insert(unit, 'transaction_line_item', receiving)
  await publish(unit, 'transaction', 'created', { ...transaction, reconciled: false })
  await publish(unit, 'transaction', 'reconciled', transaction)
  return { transactionId: transaction.id, lineItemId: receiving.id }
}

function lineItem(
  unit: Unit,
  transaction: Transaction,
  posting: Posting,
  type: 'originating' | 'receiving',
): ModernTreasury.Transactions.TransactionLineItem {
  return {
    ...base(unit, 'transaction_line_item'),
    discarded_at: null,
    type,
    transactable_type: posting.cause.type,
    transactable_id: posting.cause.id,
    amount: posting.amount,
    description: posting.description,
    counterparty_id: posting.counterpartyId,
    expected_payment_id: null,
    transaction_id: transaction.id,
    reconciliation_group_id: null,
    reconcilable: true,
  }
}
