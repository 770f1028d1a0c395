import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { instantField } from '../fields.ts'
import { transactionSchema } from './ledger.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

export const JournalAppended = defineEvent({
  type: 'ledger.journal.appended',
  version: 1,
  aggregate: 'journal',
  summary: 'Transactions were booked, posted or voided together: one link of a chain of the journal.',
  data: z.object({
    /** Tenant and lane: what the chain is ordered within. */
    journal: z.string(),
    lane: z.int().nonnegative(),
    link: z.string().regex(/^[1-9]\d*$/),
    recorded_at: instantField,
    prev_hash: hash,
    hash,
    /** A large link is told in parts: the index of the first transaction here, and how many the link has. */
    position: z.int().nonnegative(),
    of: z.int().positive(),
    transactions: z.array(transactionSchema).min(1),
  }),
  aggregateId: (data) => data.journal,
})
