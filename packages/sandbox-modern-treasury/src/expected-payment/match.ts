import type { Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { findWhere, insert, load, lock, type Resource, save } from '../store/resource.ts'
import { lineItemOf } from '../transaction/line-item.ts'
import { never } from '../work/kinds.ts'
import { type ExpectedPayment, expects } from './expected-payment.ts'

/** Looks for the expectation a posted line of the statement fulfils, oldest first. */
export async function matchTransaction(unit: Unit, transactionId: string): Promise<void> {
  const transaction = await load(unit, 'transaction', transactionId)
  if (!transaction.body.posted) return
  for (const { body } of await findWhere(unit, 'expected_payment', { status: 'unreconciled' })) {
    if (!expects(body, transaction.body, transaction.extra.counterpartyId)) continue
    return reconcile(unit, body.id, transaction)
  }
}

/** Looks for a line already on the statement that fulfils a new expectation. */
export async function matchExpectation(unit: Unit, payment: ExpectedPayment): Promise<void> {
  for (const transaction of await findWhere(unit, 'transaction', { posted: true, reconciled: false })) {
    if (!expects(payment, transaction.body, transaction.extra.counterpartyId)) continue
    return reconcile(unit, payment.id, transaction)
  }
}

async function reconcile(unit: Unit, paymentId: string, transaction: Resource<'transaction'>): Promise<void> {
  const { body: payment } = await lock(unit, 'expected_payment', paymentId)
  if (payment.status !== 'unreconciled') return
  const lineItemId = await claimLine(unit, payment, transaction)
  const reconciled = await save(unit, 'expected_payment', {
    ...payment,
    status: 'reconciled',
    reconciliation_method: 'automatic',
    transaction_id: transaction.body.id,
    transaction_line_item_id: lineItemId,
  })
  await never(unit, 'expected_payment.overdue', payment.id)
  await publish(unit, 'expected_payment', 'reconciled', reconciled)
}

// The line of an incoming payment is there already; one of the bare statement is written now.
async function claimLine(unit: Unit, payment: ExpectedPayment, { body, extra }: Resource<'transaction'>) {
  const lines = await findWhere(unit, 'transaction_line_item', { transaction_id: body.id, type: 'receiving' })
  const line = lines[0]?.body
  if (line) {
    await save(unit, 'transaction_line_item', { ...line, expected_payment_id: payment.id })
    return line.id
  }
  const common = { description: body.vendor_description ?? '', counterpartyId: extra.counterpartyId, cause: null }
  await insert(unit, 'transaction_line_item', lineItemOf(unit, body, { ...common, type: 'originating' }))
  const receiving = lineItemOf(unit, body, { ...common, type: 'receiving', expectedPaymentId: payment.id })
  await insert(unit, 'transaction_line_item', receiving)
  const saved = await save(unit, 'transaction', { ...body, reconciled: true })
  await publish(unit, 'transaction', 'reconciled', saved)
  return receiving.id
}
