import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, SELLER, usd } from './golden.ts'
import { moves, recipe } from './recipe.ts'
import { recourseAccount, takenInput } from './recourse.ts'

export const payInReturn = recipe({
  code: 'pay_in.return',
  story:
    'The bank takes a cleared pay-in back. It is taken from what the payer has available, has committed, from what sellers are still seasoning, from what was released to them; what is left the payer owes.',
  input: z.strictObject({ rail: z.enum(['ach', 'wire']), taken: takenInput }),
  undo: { by: 'mirror', note: 'when the bank corrects itself' },
  postings: ({ rail, taken }) =>
    taken.map(({ from, party_id, amount }) =>
      moves(recourseAccount(from, party_id, amount.currency), account.cash(rail, amount.currency), amount),
    ),
  golden: [
    {
      given: 'a returned debit of 1,000.00 USD that is still available',
      input: { rail: 'ach', taken: [{ from: 'available', party_id: BUYER, amount: usd('100000') }] },
      rows: [[`${BUYER}:available:USD`, 'platform:cash.ach:USD', '100000']],
    },
    {
      given: 'a returned debit of 1,000.00 USD that was spent: every recourse in its order',
      input: {
        rail: 'ach',
        taken: [
          { from: 'available', party_id: BUYER, amount: usd('5000') },
          { from: 'committed', party_id: BUYER, amount: usd('5000') },
          { from: 'holding', party_id: SELLER, amount: usd('50000') },
          { from: 'released', party_id: SELLER, amount: usd('30000') },
          { from: 'receivable', party_id: BUYER, amount: usd('10000') },
        ],
      },
      rows: [
        [`${BUYER}:available:USD`, 'platform:cash.ach:USD', '5000'],
        [`${BUYER}:committed:USD`, 'platform:cash.ach:USD', '5000'],
        [`${SELLER}:pay_in_holding:USD`, 'platform:cash.ach:USD', '50000'],
        [`${SELLER}:available:USD`, 'platform:cash.ach:USD', '30000'],
        [`${BUYER}:receivable:USD`, 'platform:cash.ach:USD', '10000'],
      ],
    },
  ],
})
