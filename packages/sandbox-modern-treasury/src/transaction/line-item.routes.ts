import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { amount, uuid } from '../api/fields.ts'
import { equals, ids, listPage, oneOf } from '../api/list.ts'
import { create, list, type Route, retrieve } from '../api/route.ts'
import type { Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { atLeast } from '../expected-payment/expected-payment.ts'
import { discard, find, findWhere, insert, load, lock, save } from '../store/resource.ts'
import { never } from '../work/kinds.ts'
import { lineItemOf } from './line-item.ts'

const CreateLineItem = z.looseObject({ amount, expected_payment_id: uuid, transaction_id: uuid })
const types = oneOf('type', ['originating', 'receiving'])

export const lineItemRoutes: readonly Route[] = [
  create('/api/transaction_line_items')(CreateLineItem, createLineItem),
  list('/api/transaction_line_items', 'transaction_line_item', {
    id: ids,
    transaction_id: equals('transaction_id'),
    type: types,
  }),
  retrieve('/api/transaction_line_items/:id', 'transaction_line_item'),
  {
    method: 'delete',
    path: '/api/transaction_line_items/:id',
    handle: async (unit, { params }) => {
      await deleteLineItem(unit, params.id ?? '')
      return { status: 200, body: null }
    },
  },
  {
    method: 'get',
    path: '/api/transactions/:transaction_id/line_items',
    handle: async (unit, { params, query }) => {
      const { body } = await load(unit, 'transaction', params.transaction_id ?? '')
      return listPage(unit, 'transaction_line_item', query, { type: types }, { transaction_id: body.id })
    },
  },
]

/** Matches a part of a bank transaction to an expectation by hand. */
async function createLineItem(
  unit: Unit,
  input: z.infer<typeof CreateLineItem>,
): Promise<ModernTreasury.Transactions.TransactionLineItem> {
  const transaction = await find(unit, 'transaction', input.transaction_id, true)
  if (!transaction) return invalid('transaction_id', 'The transaction could not be found')
  const expected = await find(unit, 'expected_payment', input.expected_payment_id)
  if (!expected) return invalid('expected_payment_id', 'The expected payment could not be found')
  if (expected.body.status === 'reconciled' || expected.body.status === 'archived') {
    invalid('expected_payment_id', `The expected payment is ${expected.body.status}`)
  }
  const taken = await matched(unit, { transaction_id: transaction.body.id, type: 'receiving' })
  if (taken + input.amount > transaction.body.amount)
    invalid('amount', 'The transaction is smaller than its line items')
  const item = lineItemOf(unit, transaction.body, {
    type: 'receiving',
    description: transaction.body.vendor_description ?? '',
    counterpartyId: expected.body.counterparty_id,
    cause: null,
    expectedPaymentId: expected.body.id,
    amount: input.amount,
  })
  await insert(unit, 'transaction_line_item', item)
  await weigh(unit, expected.body.id, item)
  if (taken + input.amount === transaction.body.amount) {
    await publish(
      unit,
      'transaction',
      'reconciled',
      await save(unit, 'transaction', { ...transaction.body, reconciled: true }),
    )
  }
  return item
}

// Reconciled once the matched parts reach the lower bound of what was expected.
async function weigh(unit: Unit, id: string, item: ModernTreasury.Transactions.TransactionLineItem): Promise<void> {
  const { body } = await lock(unit, 'expected_payment', id)
  const enough = (await matched(unit, { expected_payment_id: id })) >= atLeast(body)
  const status = enough ? 'reconciled' : 'partially_reconciled'
  const saved = await save(unit, 'expected_payment', {
    ...body,
    status,
    reconciliation_method: 'manual',
    transaction_id: item.transaction_id,
    transaction_line_item_id: item.id,
  })
  if (enough) await never(unit, 'expected_payment.overdue', id)
  await publish(unit, 'expected_payment', status, saved)
}

async function matched(unit: Unit, where: Readonly<Record<string, string>>): Promise<number> {
  const items = await findWhere(unit, 'transaction_line_item', where)
  return items.reduce((sum, { body }) => sum + body.amount, 0)
}

async function deleteLineItem(unit: Unit, id: string): Promise<void> {
  const { body } = await lock(unit, 'transaction_line_item', id)
  if (body.transactable_id !== null || body.expected_payment_id === null) {
    invalid('id', 'Only a line item matched by hand can be deleted')
  }
  await discard(unit, 'transaction_line_item', body)
  const { body: transaction } = await lock(unit, 'transaction', body.transaction_id)
  await save(unit, 'transaction', { ...transaction, reconciled: false })
  const { body: expected } = await lock(unit, 'expected_payment', body.expected_payment_id ?? '')
  const left = await matched(unit, { expected_payment_id: expected.id })
  await save(unit, 'expected_payment', { ...expected, status: left > 0 ? 'partially_reconciled' : 'unreconciled' })
}
