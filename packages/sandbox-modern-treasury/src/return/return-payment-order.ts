import { invalid } from '../api/errors.ts'
import type { Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { allows, demand } from '../payment-order/payment-order.ts'
import { settlePaymentOrder } from '../payment-order/settle-payment-order.ts'
import type { PaymentOrderBody } from '../store/bodies.ts'
import { find, insert, lock, save } from '../store/resource.ts'
import { later, never } from '../work/kinds.ts'
import { isReturnCode, RETURN_REASONS } from './codes.ts'
import { returnObject } from './return.ts'

/** The other bank sends an executed ACH order back; the money moves when the return completes, right after. */
export async function returnPaymentOrder(unit: Unit, id: string, code: string): Promise<PaymentOrderBody> {
  if (!isReturnCode(code)) invalid('code', 'is not a return code')
  await settlePaymentOrder(unit, id)
  const { body: order } = await lock(unit, 'payment_order', id)
  demand('return', order, 'status')
  if (order.type !== 'ach' && order.type !== 'wire') invalid('id', `A ${order.type} payment is never returned`)
  await never(unit, 'payment_order.settle', id)
  await never(unit, 'payment_order.return', id)
  const returned = returnObject(unit, {
    returnable: { type: 'payment_order', id: order.id },
    code,
    reason: RETURN_REASONS[code],
    type: order.type === 'wire' ? 'wire' : 'ach',
    role: 'receiving',
    amount: order.amount,
    currency: order.currency,
    internalAccountId: order.originating_account_id,
  })
  await insert(unit, 'return', returned, { counterpartyId: order.counterparty_id })
  await publish(unit, 'return', 'created', returned)
  const saved = await save(unit, 'payment_order', { ...order, status: 'returned', current_return: returned })
  await publish(unit, 'payment_order', 'returned', saved)
  await later(unit, 'return.complete', returned.id, unit.now)
  return saved
}

/** A completed order to a magic account number comes back with the code its number foretold. */
export async function returnAsForetold(unit: Unit, id: string): Promise<void> {
  const found = await find(unit, 'payment_order', id, true)
  if (found?.extra.behaviour.kind !== 'return' || !allows('return', found.body)) return
  await returnPaymentOrder(unit, id, found.extra.behaviour.code)
}
