import { instant } from '@draupnir/time'
import type ModernTreasury from 'modern-treasury'
import { invalid } from '../api/errors.ts'
import { mergeMetadata } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { defaultEffectiveDate, type Order } from '../calendar/ach-calendar.ts'
import { nested } from '../external-account/external-account.ts'
import type { PaymentOrderBody } from '../store/bodies.ts'
import type { CreatePaymentOrder } from './payment-order.schema.ts'

export type Status = PaymentOrderBody['status']

export type Receiver =
  | { readonly type: 'external_account'; readonly account: ModernTreasury.ExternalAccount }
  | { readonly type: 'internal_account'; readonly account: ModernTreasury.InternalAccount }

/** From which status each step may be taken; anything else is a 422. */
const STEPS: Readonly<Record<string, readonly Status[]>> = {
  edit: ['needs_approval', 'approved'],
  cancel: ['needs_approval', 'approved'],
  redraft: ['failed', 'returned', 'cancelled'],
  process: ['approved'],
  settle: ['sent'],
  fail: ['approved', 'processing', 'sent'],
  return: ['completed'],
}

export type Step = 'edit' | 'cancel' | 'redraft' | 'process' | 'settle' | 'fail' | 'return'

export function allows(step: Step, order: PaymentOrderBody): boolean {
  return STEPS[step]?.includes(order.status) ?? false
}

/** Refuses a step the status does not allow. */
export function demand(step: Step, order: PaymentOrderBody, parameter: string): void {
  if (!allows(step, order)) invalid(parameter, `A payment order that is ${order.status} cannot be changed like this`)
}

export function paymentOrder(unit: Unit, input: CreatePaymentOrder, receiver: Receiver): PaymentOrderBody {
  return {
    ...base(unit, 'payment_order'),
    type: input.type,
    subtype: input.subtype ?? (input.type === 'ach' ? 'CCD' : null),
    amount: input.amount,
    direction: input.direction,
    priority: input.priority ?? 'normal',
    originating_account_id: input.originating_account_id,
    ...receiving(receiver),
    currency: input.currency,
    effective_date: input.effective_date ?? defaultEffectiveDate(input.type, unit.now),
    ...wording(input),
    process_after: input.process_after ?? null,
    metadata: mergeMetadata({}, input.metadata),
    nsf_protected: input.nsf_protected ?? false,
    send_remittance_advice: input.send_remittance_advice ?? null,
    reconciliation_status: 'unreconciled',
    status: 'approved',
    external_id: input.external_id ?? null,
    transaction_ids: [],
    ledger_transaction_id: null,
    current_return: null,
    current_hold: null,
    reference_numbers: [],
    vendor_failure_reason: null,
    ...UNUSED,
  }
}

/** The fields that say who receives the money. */
export function receiving(receiver: Receiver) {
  const { account } = receiver
  return {
    receiving_account_id: account.id,
    receiving_account_type: receiver.type,
    receiving_account: receiver.type === 'external_account' ? nested(receiver.account) : receiver.account,
    counterparty_id: account.counterparty_id,
  }
}

/** What the calendar needs to know of an order. */
export function timing(order: PaymentOrderBody): Order {
  const { type, priority, effective_date, process_after } = order
  return { type, priority, effective_date, process_after: process_after === null ? null : instant(process_after) }
}

function wording(input: CreatePaymentOrder) {
  return {
    description: input.description ?? null,
    statement_descriptor: input.statement_descriptor ?? null,
    remittance_information: input.remittance_information ?? null,
    purpose: input.purpose ?? null,
    originating_party_name: input.originating_party_name ?? null,
  }
}

// Of features the sandbox does not have: never set, always shown.
const UNUSED = {
  accounting: {},
  accounting_category_id: null,
  accounting_ledger_class_id: null,
  charge_bearer: null,
  foreign_exchange_indicator: null,
  foreign_exchange_contract: null,
  foreign_exchange_rate: null,
  ultimate_originating_party_name: null,
  ultimate_originating_party_identifier: null,
  ultimate_receiving_party_name: null,
  ultimate_receiving_party_identifier: null,
  ultimate_originating_account: null,
  ultimate_originating_account_id: null,
  ultimate_originating_account_type: null,
  expires_at: null,
  vendor_attributes: null,
} as const
