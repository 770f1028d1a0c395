import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { HOST, SELLER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

export const hostingCharge = recipe({
  code: 'hosting.charge',
  story: 'A seller pays its host; what it does not have becomes a funding request to it.',
  input: z.strictObject({
    seller_id: idField('party'),
    host_id: idField('party'),
    paid: amountInput.optional(),
    shortfall: amountInput.optional(),
  }),
  undo: { by: 'mirror', note: 'when the hosting is corrected' },
  postings: ({ seller_id, host_id, paid, shortfall }) => [
    ...(paid === undefined
      ? []
      : [moves(account.available(seller_id, paid.currency), account.holding(host_id, paid.currency), paid)]),
    ...(shortfall === undefined
      ? []
      : [
          moves(
            account.receivable(seller_id, shortfall.currency),
            account.holding(host_id, shortfall.currency),
            shortfall,
          ),
        ]),
  ],
  golden: [
    {
      given: 'hosting of 200.00 USD by a seller who has 150.00 USD',
      input: { seller_id: SELLER, host_id: HOST, paid: usd('15000'), shortfall: usd('5000') },
      rows: [
        [`${SELLER}:available:USD`, `${HOST}:holding:USD`, '15000'],
        [`${SELLER}:receivable:USD`, `${HOST}:holding:USD`, '5000'],
      ],
    },
  ],
})

export const fundingRequestSettle = recipe({
  code: 'funding_request.settle',
  story: 'A party pays what it owes out of what it has available.',
  input: z.strictObject({ party_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'when it was taken by mistake' },
  postings: ({ party_id, amount }) => [
    moves(account.available(party_id, amount.currency), account.receivable(party_id, amount.currency), amount),
  ],
  golden: [
    {
      given: 'a shortfall of 50.00 USD',
      input: { party_id: SELLER, amount: usd('5000') },
      rows: [[`${SELLER}:available:USD`, `${SELLER}:receivable:USD`, '5000']],
    },
  ],
})
