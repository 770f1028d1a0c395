/** Every event the sandbox sends, by topic. */
export const EVENTS = {
  expected_payment: ['created', 'partially_reconciled', 'reconciled', 'overdue', 'archived'],
  external_account: ['updated', 'verified', 'failed_verification', 'expired'],
  incoming_payment_detail: ['created', 'completed', 'reconciled', 'returned'],
  legal_entity: ['created', 'updated'],
  ledger_transaction: ['created', 'posted', 'archived'],
  payment_order: [
    'created',
    'updated',
    'approved',
    'cancelled',
    'begin_processing',
    'finish_processing',
    'acknowledged',
    'confirmed',
    'completed',
    'reconciled',
    'failed',
    'returned',
    'redrafted',
  ],
  return: ['created', 'begin_processing', 'finish_processing', 'completed', 'reconciled'],
  transaction: ['created', 'updated', 'reconciled'],
} as const

export type Topic = keyof typeof EVENTS
export type EventName<T extends Topic> = (typeof EVENTS)[T][number]
