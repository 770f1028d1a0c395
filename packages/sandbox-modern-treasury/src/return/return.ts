import type ModernTreasury from 'modern-treasury'
import { base, type Unit } from '../api/unit.ts'
import type { ReturnCode } from './codes.ts'

type Return = ModernTreasury.ReturnObject

export interface NewReturn {
  readonly returnable: { readonly type: 'payment_order' | 'incoming_payment_detail'; readonly id: string }
  readonly code: ReturnCode
  readonly reason: string
  readonly type: 'ach' | 'wire'
  /** `receiving`: the other bank sent our payment back; `originating`: we send theirs back. */
  readonly role: Return['role']
  readonly amount: number
  readonly currency: Return['currency']
  readonly internalAccountId: string
}

export function returnObject(unit: Unit, input: NewReturn): Return {
  return {
    ...base(unit, 'return'),
    discarded_at: null,
    returnable_id: input.returnable.id,
    returnable_type: input.returnable.type,
    code: input.code,
    reason: input.reason,
    date_of_death: null,
    corrections: null,
    reconciliation_status: 'unreconciled',
    status: 'pending',
    transaction_line_item_id: null,
    transaction_id: null,
    internal_account_id: input.internalAccountId,
    type: input.type,
    amount: input.amount,
    currency: input.currency,
    failure_reason: null,
    role: input.role,
    current_return: null,
    reference_numbers: [],
    ledger_transaction_id: null,
  }
}
