import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'

export const WalletCredited = defineEvent({
  type: 'ledger.wallet.credited',
  version: 1,
  aggregate: 'wallet',
  summary: 'The available balance of a party rose.',
  data: z.object({
    party_id: idField('party'),
    amount: moneyField,
    available: moneyField,
    transaction_id: idField('transaction'),
    cause: z.string(),
  }),
  aggregateId: (data) => data.party_id,
})
