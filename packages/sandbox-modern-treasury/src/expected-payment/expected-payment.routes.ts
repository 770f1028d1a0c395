import { invalid } from '../api/errors.ts'
import { PAYMENT_TYPES } from '../api/fields.ts'
import { equals, from, metadata, oneOf, until } from '../api/list.ts'
import { create, list, type Route, remove, retrieve, update } from '../api/route.ts'
import type { Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { find, insert, load, lock, save } from '../store/resource.ts'
import { claimExternalId } from '../store/unique-external-id.ts'
import { never } from '../work/kinds.ts'
import { CreateExpectedPayment, UpdateExpectedPayment } from './expected-payment.schema.ts'
import { type ExpectedPayment, expectedPayment, withChanges } from './expected-payment.ts'
import { matchExpectation } from './match.ts'
import { watch } from './overdue.ts'

export const expectedPaymentRoutes: readonly Route[] = [
  create('/api/expected_payments')(CreateExpectedPayment, createExpectedPayment),
  list('/api/expected_payments', 'expected_payment', {
    status: oneOf('status', ['archived', 'partially_reconciled', 'reconciled', 'unreconciled']),
    internal_account_id: equals('internal_account_id'),
    external_id: equals('external_id'),
    direction: oneOf('direction', ['credit', 'debit']),
    type: oneOf('type', PAYMENT_TYPES),
    counterparty_id: equals('counterparty_id'),
    created_at_lower_bound: from('created_at'),
    created_at_upper_bound: until('created_at'),
    updated_at_lower_bound: from('updated_at'),
    updated_at_upper_bound: until('updated_at'),
    metadata,
  }),
  retrieve('/api/expected_payments/:id', 'expected_payment'),
  update('/api/expected_payments/:id')(UpdateExpectedPayment, updateExpectedPayment),
  remove('/api/expected_payments/:id', archiveExpectedPayment),
]

async function createExpectedPayment(unit: Unit, input: CreateExpectedPayment): Promise<ExpectedPayment> {
  await claimExternalId(unit, 'expected_payment', input.external_id)
  await demandReferences(unit, input)
  const payment = expectedPayment(unit, input)
  await insert(unit, 'expected_payment', payment)
  await publish(unit, 'expected_payment', 'created', payment)
  await watch(unit, payment)
  await matchExpectation(unit, payment)
  return (await load(unit, 'expected_payment', payment.id)).body
}

async function updateExpectedPayment(unit: Unit, input: UpdateExpectedPayment, id: string): Promise<ExpectedPayment> {
  const { body } = await lock(unit, 'expected_payment', id)
  const { status, ...changes } = input
  await demandReferences(unit, changes)
  if (changes.external_id !== body.external_id) await claimExternalId(unit, 'expected_payment', changes.external_id)
  const changed = withChanges(body, changes)
  if (status !== 'reconciled') {
    const saved = await save(unit, 'expected_payment', changed)
    await watch(unit, saved)
    return saved
  }
  if (body.status === 'archived') invalid('status', 'The expected payment is archived')
  const reconciled = await save(unit, 'expected_payment', {
    ...changed,
    status: 'reconciled',
    reconciliation_method: 'manual',
  })
  await never(unit, 'expected_payment.overdue', id)
  await publish(unit, 'expected_payment', 'reconciled', reconciled)
  return reconciled
}

async function archiveExpectedPayment(unit: Unit, id: string): Promise<ExpectedPayment> {
  const { body } = await lock(unit, 'expected_payment', id)
  if (body.status === 'reconciled') invalid('id', 'A reconciled expected payment cannot be archived')
  const archived = await save(unit, 'expected_payment', { ...body, status: 'archived' })
  await never(unit, 'expected_payment.overdue', id)
  await publish(unit, 'expected_payment', 'archived', archived)
  return archived
}

async function demandReferences(unit: Unit, input: CreateExpectedPayment): Promise<void> {
  if (input.internal_account_id && !(await find(unit, 'internal_account', input.internal_account_id))) {
    invalid('internal_account_id', 'The internal account could not be found')
  }
  if (input.counterparty_id && !(await find(unit, 'counterparty', input.counterparty_id))) {
    invalid('counterparty_id', 'The counterparty could not be found')
  }
}
