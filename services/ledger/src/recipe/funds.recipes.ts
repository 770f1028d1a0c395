import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

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

export const fundsCommitDownpayment = recipe({
  code: 'funds.commit_downpayment',
  story: 'The down payment of a contract is set aside, apart from what is committed to invoices.',
  input,
  undo: { by: 'funds.uncommit_downpayment', note: 'when the contract does not come about' },
  postings: ({ buyer_id, amount }) => [
    moves(
      account.available(buyer_id, amount.currency),
      account.committedDownpayment(buyer_id, amount.currency),
      amount,
    ),
  ],
  golden: [
    {
      given: 'a down payment of 500.00 USD',
      input: { buyer_id: BUYER, amount: usd('50000') },
      rows: [[`${BUYER}:available:USD`, `${BUYER}:committed_downpayment:USD`, '50000']],
    },
  ],
})

export const fundsUncommitDownpayment = recipe({
  code: 'funds.uncommit_downpayment',
  story: 'A down payment is free again, or is committed to the first invoice.',
  input: z.strictObject({ ...input.shape, to: z.enum(['available', 'committed']) }),
  undo: { by: 'funds.commit_downpayment', note: 'by setting it aside again' },
  postings: ({ buyer_id, amount, to }) => [
    moves(account.committedDownpayment(buyer_id, amount.currency), account[to](buyer_id, amount.currency), amount),
  ],
  golden: [
    {
      given: 'a down payment of 500.00 USD for a contract that did not come about',
      input: { buyer_id: BUYER, amount: usd('50000'), to: 'available' },
      rows: [[`${BUYER}:committed_downpayment:USD`, `${BUYER}:available:USD`, '50000']],
    },
    {
      given: 'a down payment of 500.00 USD that pays the first invoice',
      input: { buyer_id: BUYER, amount: usd('50000'), to: 'committed' },
      rows: [[`${BUYER}:committed_downpayment:USD`, `${BUYER}:committed:USD`, '50000']],
    },
  ],
})
