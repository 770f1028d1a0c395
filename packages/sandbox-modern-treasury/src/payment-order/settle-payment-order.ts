import type { Unit } from '../api/unit.ts'
import { returnAt } from '../calendar/ach-calendar.ts'
import { publish } from '../event/publish.ts'
import type { PaymentOrderBody } from '../store/bodies.ts'
import { find, save } from '../store/resource.ts'
import { post } from '../transaction/post.ts'
import { later } from '../work/kinds.ts'
import { followPaymentOrder } from './follow-ledger.ts'
import { allows } from './payment-order.ts'

/** The bank executes the order: it shows on the statement, is completed and reconciled, and a doomed one will come back. */
export async function settlePaymentOrder(unit: Unit, id: string): Promise<void> {
  const found = await find(unit, 'payment_order', id, true)
  if (!found || !allows('settle', found.body)) return
  const transactions = await postOrder(unit, found.body)
  const completed = await save(unit, 'payment_order', {
    ...found.body,
    status: 'completed',
    transaction_ids: [...found.body.transaction_ids, ...transactions],
  })
  await publish(unit, 'payment_order', 'completed', completed)
  const reconciled = await save(unit, 'payment_order', { ...completed, reconciliation_status: 'reconciled' })
  await publish(unit, 'payment_order', 'reconciled', reconciled)
  await followPaymentOrder(unit, reconciled, 'posted')
  if (found.extra.behaviour.kind === 'return' && reconciled.type === 'ach') {
    await later(unit, 'payment_order.return', id, returnAt(unit.now))
  }
}

async function postOrder(unit: Unit, order: PaymentOrderBody): Promise<readonly string[]> {
  const ours = await post(unit, {
    amount: order.amount,
    currency: order.currency,
    direction: order.direction === 'credit' ? 'debit' : 'credit',
    type: order.type,
    description: describe(order),
    internalAccountId: order.originating_account_id,
    counterpartyId: order.counterparty_id,
    cause: { type: 'payment_order', id: order.id },
  })
  if (order.receiving_account_type !== 'internal_account') return [ours.transactionId]
  const theirs = await post(unit, {
    amount: order.amount,
    currency: order.currency,
    direction: 'credit',
    type: order.type,
    description: describe(order),
    internalAccountId: order.receiving_account_id,
    counterpartyId: order.counterparty_id,
    cause: { type: 'payment_order', id: order.id },
  })
  return [ours.transactionId, theirs.transactionId]
}

function describe(order: PaymentOrderBody): string {
  const words = [order.type, order.statement_descriptor, order.reference_numbers[0]?.reference_number]
  return words
    .filter((word) => word)
    .join(' ')
    .toUpperCase()
}
