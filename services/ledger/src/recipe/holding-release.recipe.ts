import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { PARTNER, SELLER, usd } from './golden.ts'
import { amountInput, recipe } from './recipe.ts'

const HOLDINGS = { pay_in_holding: account.payInHolding, holding: account.holding }

export const holdingRelease = recipe({
  code: 'holding.release',
  story: 'A tranche has seasoned: its party may have it. Never before its maturity.',
  input: z.strictObject({
    party_id: idField('party'),
    amount: amountInput,
    from: z.enum(['pay_in_holding', 'holding']).default('pay_in_holding'),
  }),
  undo: { by: 'mirror', note: 'as long as the seller still has it' },
  postings: ({ party_id, amount, from }) => [
    {
      debit: HOLDINGS[from](party_id, amount.currency),
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
    {
      given: 'a matured share of 50.00 USD of a partner',
      input: { party_id: PARTNER, amount: usd('5000'), from: 'holding' },
      rows: [[`${PARTNER}:holding:USD`, `${PARTNER}:available:USD`, '5000']],
    },
  ],
})
