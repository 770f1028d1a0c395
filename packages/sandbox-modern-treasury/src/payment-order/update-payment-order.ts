import { mergeMetadata } from '../api/fields.ts'
import type { Unit } from '../api/unit.ts'
import { processingAt } from '../calendar/ach-calendar.ts'
import { publish } from '../event/publish.ts'
import type { PaymentOrderBody } from '../store/bodies.ts'
import { lock, save } from '../store/resource.ts'
import { later, never } from '../work/kinds.ts'
import { receiverOf } from './create-payment-order.ts'
import { followPaymentOrder, redraftLedgerTransaction } from './follow-ledger.ts'
import type { UpdatePaymentOrder } from './payment-order.schema.ts'
import { allows, demand, receiving, timing } from './payment-order.ts'

/** Edits an order the bank has not taken yet, cancels it, or drafts a failed, returned or cancelled one again. */
export async function updatePaymentOrder(unit: Unit, input: UpdatePaymentOrder, id: string): Promise<PaymentOrderBody> {
  const { body: order } = await lock(unit, 'payment_order', id)
  if (input.status === 'cancelled') return cancelOrder(unit, order)
  if (input.status !== undefined && allows('redraft', order)) return redraft(unit, order)
  return edit(unit, order, input)
}

async function cancelOrder(unit: Unit, order: PaymentOrderBody): Promise<PaymentOrderBody> {
  demand('cancel', order, 'status')
  await never(unit, 'payment_order.process', order.id)
  const saved = await save(unit, 'payment_order', { ...order, status: 'cancelled' })
  await publish(unit, 'payment_order', 'cancelled', saved)
  await followPaymentOrder(unit, saved, 'archived')
  return saved
}

async function redraft(unit: Unit, order: PaymentOrderBody): Promise<PaymentOrderBody> {
  const saved = await save(unit, 'payment_order', {
    ...order,
    status: 'approved',
    reconciliation_status: 'unreconciled',
    current_return: null,
    ledger_transaction_id: await redraftLedgerTransaction(unit, order),
    vendor_failure_reason: null,
  })
  await publish(unit, 'payment_order', 'redrafted', saved)
  await publish(unit, 'payment_order', 'approved', saved)
  await later(unit, 'payment_order.process', saved.id, processingAt(timing(saved), unit.now))
  return saved
}

async function edit(unit: Unit, order: PaymentOrderBody, input: UpdatePaymentOrder): Promise<PaymentOrderBody> {
  const { status: _, metadata, receiving_account_id: accountId, line_items: __, ...given } = input
  const fields = Object.entries(given).filter(([name, value]) => name in order && value !== undefined)
  // Metadata may be changed for ever, everything else only until the bank has taken the order.
  if (fields.length > 0 || accountId !== undefined) demand('edit', order, fields[0]?.[0] ?? 'receiving_account_id')
  const target =
    accountId === undefined
      ? null
      : await receiverOf(unit, { ...order, receiving_account_id: accountId, receiving_account: undefined })
  const changed: PaymentOrderBody = {
    ...order,
    ...Object.fromEntries(fields),
    ...(target && receiving(target.receiver)),
    metadata: mergeMetadata(order.metadata, metadata),
  }
  const saved = await save(unit, 'payment_order', changed, target ? { behaviour: target.behaviour } : undefined)
  await publish(unit, 'payment_order', 'updated', saved)
  if (allows('process', saved)) {
    await later(unit, 'payment_order.process', saved.id, processingAt(timing(saved), unit.now))
  }
  return saved
}
