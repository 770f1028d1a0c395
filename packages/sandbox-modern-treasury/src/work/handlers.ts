import type { JsonValue } from '@draupnir/errors'
import type { WorkHandler } from '@draupnir/sandbox'
import { type Unit, unitOf } from '../api/unit.ts'
import { processBulkRequest } from '../bulk/process-bulk-request.ts'
import { remindOfExpectedPayment } from '../expected-payment/overdue.ts'
import { expireVerification } from '../external-account/verify-external-account.ts'
import { completeIncomingPayment, receiveIncomingPayment } from '../incoming-payment-detail/receive-incoming-payment.ts'
import { applyEntries } from '../ledger-transaction/entries.ts'
import { processPaymentOrder } from '../payment-order/process-payment-order.ts'
import { settlePaymentOrder } from '../payment-order/settle-payment-order.ts'
import { completeReturn } from '../return/complete-return.ts'
import { returnAsForetold } from '../return/return-payment-order.ts'
import type { WorkKind } from './kinds.ts'

const HANDLERS: Readonly<Record<WorkKind, (unit: Unit, id: string, data: JsonValue) => Promise<void>>> = {
  'bulk_request.process': processBulkRequest,
  'external_account.expire': expireVerification,
  'expected_payment.overdue': remindOfExpectedPayment,
  'incoming_payment_detail.arrive': receiveIncomingPayment,
  'incoming_payment_detail.complete': completeIncomingPayment,
  'ledger_entry.apply': applyEntries,
  'payment_order.process': processPaymentOrder,
  'payment_order.settle': settlePaymentOrder,
  'payment_order.return': returnAsForetold,
  'return.complete': completeReturn,
}

/** Every handler works at the moment its work was due, so that a leap of the clock equals many small steps. */
export const workHandlers: Readonly<Record<string, WorkHandler>> = Object.fromEntries(
  Object.entries(HANDLERS).map(([kind, run]) => [
    kind,
    (sql, work) => run(unitOf(sql, work.dueAt), work.key, work.data),
  ]),
)
