import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, usd } from './golden.ts'
import { amountInput, recipe } from './recipe.ts'

export const payInClear = recipe({
  code: 'pay_in.clear',
  story: 'A party pays in: pending when the debit is submitted, posted when the bank clears it, voided when it fails.',
  input: z.strictObject({ party_id: idField('party'), rail: z.enum(['ach', 'wire']), amount: amountInput }),
  undo: { by: 'mirror', note: 'voided while it is pending' },
  postings: ({ party_id, rail, amount }) => [
    { debit: account.cash(rail, amount.currency), credit: account.available(party_id, amount.currency), amount },
  ],
  golden: [
    {
      given: 'an ACH debit of 2,500.00 USD',
      input: { party_id: BUYER, rail: 'ach', amount: usd('250000') },
      rows: [['platform:cash.ach:USD', `${BUYER}:available:USD`, '250000']],
    },
  ],
})
