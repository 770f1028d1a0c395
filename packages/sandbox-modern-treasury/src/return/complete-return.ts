import { required } from '@draupnir/errors'
import type ModernTreasury from 'modern-treasury'
import type { Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { find, load, lock, save } from '../store/resource.ts'
import { post } from '../transaction/post.ts'

type Return = ModernTreasury.ReturnObject

/** The return shows on the statement as the opposite of what it returns. */
export async function completeReturn(unit: Unit, id: string): Promise<void> {
  const found = await find(unit, 'return', id, true)
  if (found?.body.status !== 'pending') return
  const given = found.body
  const { transactionId, lineItemId } = await post(unit, {
    amount: given.amount,
    currency: given.currency,
    direction: await directionOf(unit, given),
    type: given.type === 'wire' ? 'wire' : 'ach',
    description: `RETURN ${given.code ?? ''} ${given.reason ?? ''}`.trim().toUpperCase(),
    internalAccountId: required(given.internal_account_id, 'a return has an internal account'),
    counterpartyId: found.extra.counterpartyId,
    cause: { type: 'return', id },
  })
  const completed = await save(unit, 'return', {
    ...given,
    status: 'completed',
    reconciliation_status: 'reconciled',
    transaction_id: transactionId,
    transaction_line_item_id: lineItemId,
  })
  await mark(unit, completed)
  await publish(unit, 'return', 'completed', completed)
  await publish(unit, 'return', 'reconciled', completed)
}

async function directionOf(unit: Unit, given: Return): Promise<'credit' | 'debit'> {
  const id = required(given.returnable_id, 'a return returns something')
  if (given.returnable_type === 'payment_order') return (await load(unit, 'payment_order', id)).body.direction
  const { direction } = (await load(unit, 'incoming_payment_detail', id)).body
  return direction === 'credit' ? 'debit' : 'credit'
}

async function mark(unit: Unit, completed: Return): Promise<void> {
  const id = required(completed.returnable_id, 'a return returns something')
  if (completed.returnable_type === 'payment_order') {
    const { body } = await lock(unit, 'payment_order', id)
    await save(unit, 'payment_order', { ...body, current_return: completed })
  } else {
    const { body } = await lock(unit, 'incoming_payment_detail', id)
    const returned = await save(unit, 'incoming_payment_detail', { ...body, status: 'returned' })
    await publish(unit, 'incoming_payment_detail', 'returned', returned)
  }
}
