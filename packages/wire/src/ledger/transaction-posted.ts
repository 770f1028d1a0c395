import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { transactionSchema } from './ledger.ts'

export const TransactionPosted = defineEvent({
  type: 'ledger.transaction.posted',
  version: 1,
  aggregate: 'transaction',
  summary:
    'A transaction was booked or changed its state; superseded by `ledger.journal.appended` and no longer published.',
  data: z.object({ transaction: transactionSchema }),
  aggregateId: (data) => data.transaction.id,
})
