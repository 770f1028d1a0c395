import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, SELLER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

export const financingAdvance = recipe({
  code: 'financing.advance',
  story: 'The platform funds the seller of a financed contract in advance.',
  input: z.strictObject({ seller_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'while the seller still has it' },
  postings: ({ seller_id, amount }) => [
    moves(
      account.platform('financing_receivable', amount.currency),
      account.available(seller_id, amount.currency),
      amount,
    ),
  ],
  golden: [
    {
      given: 'an advance of 10,000.00 USD',
      input: { seller_id: SELLER, amount: usd('1000000') },
      rows: [['platform:financing_receivable:USD', `${SELLER}:available:USD`, '1000000']],
    },
  ],
})

export const financingInstallment = recipe({
  code: 'financing.installment',
  story: 'A buyer repays principal and interest out of what it committed.',
  input: z.strictObject({ buyer_id: idField('party'), principal: amountInput, interest: amountInput.optional() }),
  undo: { by: 'mirror', note: 'when the installment is returned' },
  postings: ({ buyer_id, principal, interest }) => [
    moves(
      account.committed(buyer_id, principal.currency),
      account.platform('financing_receivable', principal.currency),
      principal,
    ),
    ...(interest === undefined
      ? []
      : [
          moves(
            account.committed(buyer_id, interest.currency),
            account.platform('interest_income', interest.currency),
            interest,
          ),
        ]),
  ],
  golden: [
    {
      given: 'an installment of 850.00 USD, 20.00 USD of it interest',
      input: { buyer_id: BUYER, principal: usd('83000'), interest: usd('2000') },
      rows: [
        [`${BUYER}:committed:USD`, 'platform:financing_receivable:USD', '83000'],
        [`${BUYER}:committed:USD`, 'platform:interest_income:USD', '2000'],
      ],
    },
  ],
})
