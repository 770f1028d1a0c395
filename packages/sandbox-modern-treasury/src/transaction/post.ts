import type ModernTreasury from 'modern-treasury'
import { base, type Unit } from '../api/unit.ts'
import { bankDate } from '../calendar/banking-day.ts'
import { publish } from '../event/publish.ts'
import { insert } from '../store/resource.ts'
import { type Cause, lineItemOf } from './line-item.ts'
import { vendorCode } from './vendor-code.ts'

type Transaction = ModernTreasury.Transaction

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
  const { description, counterpartyId, cause } = posting
  const common = { description, counterpartyId, cause }
  const receiving = lineItemOf(unit, transaction, { ...common, type: 'receiving' })
  await insert(unit, 'transaction_line_item', lineItemOf(unit, transaction, { ...common, type: 'originating' }))
  await insert(unit, 'transaction_line_item', receiving)
  await publish(unit, 'transaction', 'created', { ...transaction, reconciled: false })
  await publish(unit, 'transaction', 'reconciled', transaction)
  return { transactionId: transaction.id, lineItemId: receiving.id }
}
