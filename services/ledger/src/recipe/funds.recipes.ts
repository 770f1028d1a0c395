import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, usd } from './golden.ts'
import { amountInput, recipe } from './recipe.ts'

const input = z.strictObject({ buyer_id: idField('party'), amount: amountInput })

export const fundsCommit = recipe({
  code: 'funds.commit',
  story: 'An invoice is collected from the wallet: the funds are set aside and can be spent on nothing else.',
  input,
  undo: { by: 'funds.uncommit', note: 'when the invoice is not to be collected after all' },
  postings: ({ buyer_id, amount }) => [
    {
      debit: account.available(buyer_id, amount.currency),
      credit: account.committed(buyer_id, amount.currency),
      amount,
    },
  ],
  golden: [
    {
      given: 'an invoice of 1,128.00 USD',
      input: { buyer_id: BUYER, amount: usd('112800') },
      rows: [[`${BUYER}:available:USD`, `${BUYER}:committed:USD`, '112800']],
    },
  ],
})

export const fundsUncommit = recipe({
  code: 'funds.uncommit',
  story: 'Funds that were set aside are free again.',
  input,
  undo: { by: 'funds.commit', note: 'by committing again' },
  postings: ({ buyer_id, amount }) => [
    {
      debit: account.committed(buyer_id, amount.currency),
      credit: account.available(buyer_id, amount.currency),
      amount,
    },
  ],
  golden: [
    {
      given: 'an invoice of 1,128.00 USD that was voided',
      input: { buyer_id: BUYER, amount: usd('112800') },
      rows: [[`${BUYER}:committed:USD`, `${BUYER}:available:USD`, '112800']],
    },
  ],
})
