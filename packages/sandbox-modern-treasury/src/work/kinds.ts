import type { JsonValue } from '@draupnir/errors'
import { cancel, schedule } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import type { Unit } from '../api/unit.ts'

/** Everything the test bank does later; the key is the id of the resource it happens to. */
export type WorkKind =
  | 'bulk_request.process'
  | 'external_account.expire'
  | 'expected_payment.overdue'
  | 'incoming_payment_detail.arrive'
  | 'incoming_payment_detail.complete'
  | 'ledger_entry.apply'
  | 'payment_order.process'
  | 'payment_order.settle'
  | 'payment_order.return'
  | 'return.complete'

export async function later(
  unit: Unit,
  kind: WorkKind,
  id: string,
  dueAt: Instant,
  data: JsonValue = {},
): Promise<void> {
  await schedule(unit.sql, { kind, key: id, dueAt, data })
}

export async function never(unit: Unit, kind: WorkKind, id: string): Promise<void> {
  await cancel(unit.sql, kind, id)
}
