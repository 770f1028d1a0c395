import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, PARTNER, SELLER, usd } from './golden.ts'
import { moves, recipe } from './recipe.ts'
import { recourseAccount, takenInput } from './recourse.ts'

export const payInReturn = recipe({
  code: 'pay_in.return',
  story:
    'The bank takes a cleared pay-in back. It is taken from what the payer has available and has committed, then from the settlements it paid for: from what is still seasoning, from what was released, from the platform’s fee and tax. What a party does not have any more it owes; what was spent on nothing the payer owes.',
  input: z.strictObject({ rail: z.enum(['ach', 'wire']), taken: takenInput }),
  undo: { by: 'mirror', note: 'when the bank corrects itself' },
  postings: ({ rail, taken }) =>
    taken.map(({ amount, ...source }) =>
      moves(recourseAccount(source, amount.currency), account.cash(rail, amount.currency), amount),
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
          { from: 'pay_in_holding', party_id: SELLER, amount: usd('50000') },
          { from: 'holding', party_id: PARTNER, amount: usd('2000') },
          { from: 'released', party_id: SELLER, amount: usd('15000') },
          { from: 'fee_revenue', party_id: null, amount: usd('7000') },
          { from: 'tax_payable', party_id: null, amount: usd('1000') },
          { from: 'receivable', party_id: SELLER, amount: usd('5000') },
          { from: 'receivable', party_id: BUYER, amount: usd('10000') },
        ],
      },
      rows: [
        [`${BUYER}:available:USD`, 'platform:cash.ach:USD', '5000'],
        [`${BUYER}:committed:USD`, 'platform:cash.ach:USD', '5000'],
        [`${SELLER}:pay_in_holding:USD`, 'platform:cash.ach:USD', '50000'],
        [`${PARTNER}:holding:USD`, 'platform:cash.ach:USD', '2000'],
        [`${SELLER}:available:USD`, 'platform:cash.ach:USD', '15000'],
        ['platform:fee_revenue:USD', 'platform:cash.ach:USD', '7000'],
        ['platform:tax_payable:USD', 'platform:cash.ach:USD', '1000'],
        [`${SELLER}:receivable:USD`, 'platform:cash.ach:USD', '5000'],
        [`${BUYER}:receivable:USD`, 'platform:cash.ach:USD', '10000'],
      ],
    },
  ],
})
