import type { WorkHandler } from '@draupnir/sandbox'
import { type Unit, unitOf } from '../api/unit.ts'
import { expireVerification } from '../external-account/verify-external-account.ts'
import { processPaymentOrder } from '../payment-order/process-payment-order.ts'
import { settlePaymentOrder } from '../payment-order/settle-payment-order.ts'
import { completeReturn } from '../return/complete-return.ts'
import { returnAsForetold } from '../return/return-payment-order.ts'
import type { WorkKind } from './kinds.ts'

const HANDLERS: Readonly<Partial<Record<WorkKind, (unit: Unit, id: string) => Promise<void>>>> = {
  'external_account.expire': expireVerification,
  'payment_order.process': processPaymentOrder,
  'payment_order.settle': settlePaymentOrder,
  'payment_order.return': returnAsForetold,
  'return.complete': completeReturn,
}

/** Every handler works at the moment its work was due, so that a leap of the clock equals many small steps. */
export const workHandlers: Readonly<Record<string, WorkHandler>> = Object.fromEntries(
  Object.entries(HANDLERS).map(([kind, run]) => [kind, (sql, work) => run(unitOf(sql, work.dueAt), work.key)]),
)
