import type { Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import type { PaymentOrderBody } from '../store/bodies.ts'
import { lock, save } from '../store/resource.ts'
import { never } from '../work/kinds.ts'
import { followPaymentOrder } from './follow-ledger.ts'
import { demand } from './payment-order.ts'

/** The bank refuses an order it has not executed. Refused with 422 once it is completed. */
export async function failPaymentOrder(unit: Unit, id: string, reason: string): Promise<PaymentOrderBody> {
  const { body: order } = await lock(unit, 'payment_order', id)
  demand('fail', order, 'status')
  await never(unit, 'payment_order.process', id)
  await never(unit, 'payment_order.settle', id)
  const saved = await save(unit, 'payment_order', { ...order, status: 'failed', vendor_failure_reason: reason })
  await publish(unit, 'payment_order', 'failed', saved)
  await followPaymentOrder(unit, saved, 'archived')
  return saved
}
