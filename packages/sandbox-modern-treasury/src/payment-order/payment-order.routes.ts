import { PAYMENT_TYPES } from '../api/fields.ts'
import { equals, from, holds, metadata, oneOf, until } from '../api/list.ts'
import { create, list, type Route, retrieve, update } from '../api/route.ts'
import { createPaymentOrder } from './create-payment-order.ts'
import { CreatePaymentOrder, UpdatePaymentOrder } from './payment-order.schema.ts'
import { updatePaymentOrder } from './update-payment-order.ts'

// biome-ignore format: one word a line would be a page
const STATUSES = [
  'approved', 'cancelled', 'completed', 'denied', 'failed', 'held', 'needs_approval', 'pending', 'processing',
  'returned', 'reversed', 'sent', 'stopped',
] as const

export const paymentOrderRoutes: readonly Route[] = [
  create('/api/payment_orders')(CreatePaymentOrder, createPaymentOrder),
  list('/api/payment_orders', 'payment_order', {
    external_id: equals('external_id'),
    status: oneOf('status', STATUSES),
    type: oneOf('type', PAYMENT_TYPES),
    priority: oneOf('priority', ['high', 'normal']),
    direction: oneOf('direction', ['credit', 'debit']),
    counterparty_id: equals('counterparty_id'),
    originating_account_id: equals('originating_account_id'),
    transaction_id: holds('transaction_ids'),
    reference_number: (sql, value) =>
      sql`body @> ${sql.json({ reference_numbers: [{ reference_number: String(value) }] })}`,
    effective_date_start: from('effective_date'),
    effective_date_end: until('effective_date'),
    created_at_start: from('created_at'),
    created_at_end: until('created_at'),
    process_after_start: from('process_after'),
    process_after_end: until('process_after'),
    metadata,
  }),
  retrieve('/api/payment_orders/:id', 'payment_order'),
  update('/api/payment_orders/:id')(UpdatePaymentOrder, updatePaymentOrder),
  list('/api/payment_references', 'payment_reference_object', {
    referenceable_id: equals('referenceable_id'),
    referenceable_type: oneOf('referenceable_type', ['payment_order', 'return', 'reversal']),
    reference_number: equals('reference_number'),
  }),
  retrieve('/api/payment_references/:id', 'payment_reference_object'),
]
