import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { bankAccountSchema } from './payout.ts'

export const BankAccountRegistered = defineEvent({
  type: 'payout.bank_account.registered',
  version: 1,
  aggregate: 'party',
  summary: 'A bank account of a party can be used.',
  data: z.object({ bank_account: bankAccountSchema }),
  aggregateId: (data) => data.bank_account.party_id,
})
