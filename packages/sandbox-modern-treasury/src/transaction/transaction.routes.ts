import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { mergeMetadata, metadata as metadataField, PAYMENT_TYPES } from '../api/fields.ts'
import { equals, flag, from, known, metadata, oneOf, until } from '../api/list.ts'
import { create, list, type Route, remove, retrieve, update } from '../api/route.ts'
import { publish } from '../event/publish.ts'
import { discard, lock, save } from '../store/resource.ts'
import { CreateTransaction, createTransaction } from './create-transaction.ts'

const UpdateTransaction = z.looseObject({ metadata: metadataField.optional() })

export const transactionRoutes: readonly Route[] = [
  create('/api/transactions')(CreateTransaction, createTransaction),
  list('/api/transactions', 'transaction', {
    internal_account_id: equals('internal_account_id'),
    virtual_account_id: known('virtualAccountId'),
    counterparty_id: known('counterpartyId'),
    transactable_type: known('transactableType'),
    posted: flag('posted'),
    as_of_date_start: from('as_of_date'),
    as_of_date_end: until('as_of_date'),
    direction: oneOf('direction', ['credit', 'debit']),
    payment_type: oneOf('type', PAYMENT_TYPES),
    description: (sql, value) => sql`strpos(lower(body ->> 'vendor_description'), lower(${String(value)})) > 0`,
    vendor_id: equals('vendor_id'),
    metadata,
  }),
  retrieve('/api/transactions/:id', 'transaction'),
  update('/api/transactions/:id')(UpdateTransaction, async (unit, input, id) => {
    const { body } = await lock(unit, 'transaction', id)
    const changed = { ...body, metadata: mergeMetadata(body.metadata, input.metadata) }
    const saved = await save(unit, 'transaction', changed)
    await publish(unit, 'transaction', 'updated', saved)
    return saved
  }),
  remove('/api/transactions/:id', async (unit, id) => {
    const { body } = await lock(unit, 'transaction', id)
    if (body.reconciled) invalid('id', 'A reconciled transaction cannot be deleted')
    await discard(unit, 'transaction', body)
  }),
]
