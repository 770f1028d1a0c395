import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { SELLER, usd } from './golden.ts'
import { amountInput, recipe } from './recipe.ts'

export const holdingRelease = recipe({
  code: 'holding.release',
  story: 'A tranche has seasoned: its seller may have it. Never before its maturity.',
  input: z.strictObject({ party_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'as long as the seller still has it' },
  postings: ({ party_id, amount }) => [
    {
      debit: account.payInHolding(party_id, amount.currency),
      credit: account.available(party_id, amount.currency),
      amount,
    },
  ],
  golden: [
    {
      given: 'a matured tranche of 900.00 USD',
      input: { party_id: SELLER, amount: usd('90000') },
      rows: [[`${SELLER}:pay_in_holding:USD`, `${SELLER}:available:USD`, '90000']],
    },
  ],
})
