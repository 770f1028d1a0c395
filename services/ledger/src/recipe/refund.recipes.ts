import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

export const refundPay = recipe({
  code: 'refund.pay',
  story: 'What a buyer has available goes back to its bank.',
  input: z.strictObject({ buyer_id: idField('party'), rail: z.enum(['ach', 'wire']), amount: amountInput }),
  undo: { by: 'mirror', note: 'when the bank sends it back' },
  postings: ({ buyer_id, rail, amount }) => [
    moves(account.available(buyer_id, amount.currency), account.cash(rail, amount.currency), amount),
  ],
  golden: [
    {
      given: 'a refund of 100.00 USD by ACH',
      input: { buyer_id: BUYER, rail: 'ach', amount: usd('10000') },
      rows: [[`${BUYER}:available:USD`, 'platform:cash.ach:USD', '10000']],
    },
  ],
})

export const refundCredit = recipe({
  code: 'refund.credit',
  story: 'The platform gives a buyer some of its fee back.',
  input: z.strictObject({ buyer_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'while the buyer still has it' },
  postings: ({ buyer_id, amount }) => [
    moves(account.feeRevenue(amount.currency), account.available(buyer_id, amount.currency), amount),
  ],
  golden: [
    {
      given: 'goodwill of 20.00 USD',
      input: { buyer_id: BUYER, amount: usd('2000') },
      rows: [['platform:fee_revenue:USD', `${BUYER}:available:USD`, '2000']],
    },
  ],
})
