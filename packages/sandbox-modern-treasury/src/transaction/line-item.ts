import type ModernTreasury from 'modern-treasury'
import { base, type Unit } from '../api/unit.ts'

export type Cause = 'payment_order' | 'return' | 'incoming_payment_detail'

export interface NewLineItem {
  readonly type: 'originating' | 'receiving'
  readonly description: string
  readonly counterpartyId: string | null
  readonly cause: { readonly type: Cause; readonly id: string } | null
  readonly expectedPaymentId?: string
  /** The whole transaction when absent. */
  readonly amount?: number
}

/** The part of a bank transaction that belongs to one cause or expectation. */
export function lineItemOf(
  unit: Unit,
  transaction: ModernTreasury.Transaction,
  item: NewLineItem,
): ModernTreasury.Transactions.TransactionLineItem {
  return {
    ...base(unit, 'transaction_line_item'),
    discarded_at: null,
    type: item.type,
    transactable_type: item.cause?.type ?? null,
    transactable_id: item.cause?.id ?? null,
    amount: item.amount ?? transaction.amount,
    description: item.description,
    counterparty_id: item.counterpartyId,
    expected_payment_id: item.expectedPaymentId ?? null,
    transaction_id: transaction.id,
    reconciliation_group_id: null,
    reconcilable: true,
  }
}
