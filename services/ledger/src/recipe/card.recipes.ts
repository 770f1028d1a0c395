import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'
import { recourseAccount, takenInput } from './recourse.ts'

export const cardCapture = recipe({
  code: 'card.capture',
  story: 'A card was captured: the buyer has the funds, the processor still holds the money.',
  input: z.strictObject({ buyer_id: idField('party'), amount: amountInput }),
  undo: { by: 'card.refund', note: 'by giving it back to the card' },
  postings: ({ buyer_id, amount }) => [
    moves(account.platform('card_clearing', amount.currency), account.available(buyer_id, amount.currency), amount),
  ],
  golden: [
    {
      given: 'a capture of 1,000.00 USD',
      input: { buyer_id: BUYER, amount: usd('100000') },
      rows: [['platform:card_clearing:USD', `${BUYER}:available:USD`, '100000']],
    },
  ],
})

export const cardSettle = recipe({
  code: 'card.settle',
  story: 'The processor pays out, less what it keeps.',
  input: z.strictObject({ amount: amountInput, fee: amountInput.optional() }),
  undo: { by: 'mirror', note: 'when the processor corrects its settlement' },
  postings: ({ amount, fee }) => [
    moves(account.cash('card', amount.currency), account.platform('card_clearing', amount.currency), amount),
    ...(fee === undefined
      ? []
      : [
          moves(account.platform('processor_fees', fee.currency), account.platform('card_clearing', fee.currency), fee),
        ]),
  ],
  golden: [
    {
      given: '970.70 USD after a fee of 29.30 USD',
      input: { amount: usd('97070'), fee: usd('2930') },
      rows: [
        ['platform:cash.card:USD', 'platform:card_clearing:USD', '97070'],
        ['platform:processor_fees:USD', 'platform:card_clearing:USD', '2930'],
      ],
    },
  ],
})

export const cardRefund = recipe({
  code: 'card.refund',
  story: 'Captured funds go back to the card; the processor will keep them from its next settlement.',
  input: z.strictObject({ buyer_id: idField('party'), amount: amountInput }),
  undo: { by: 'card.capture', note: 'by capturing again' },
  postings: ({ buyer_id, amount }) => [
    moves(account.available(buyer_id, amount.currency), account.platform('card_clearing', amount.currency), amount),
  ],
  golden: [
    {
      given: 'a refund of 200.00 USD',
      input: { buyer_id: BUYER, amount: usd('20000') },
      rows: [[`${BUYER}:available:USD`, 'platform:card_clearing:USD', '20000']],
    },
  ],
})

export const cardChargeback = recipe({
  code: 'card.chargeback',
  story: 'A cardholder disputes a payment: it is taken back in the order of recourse, the fee is ours.',
  input: z.strictObject({ taken: takenInput, fee: amountInput.optional() }),
  undo: { by: 'mirror', note: 'when the dispute is won' },
  postings: ({ taken, fee }) => [
    ...taken.map(({ amount, ...source }) =>
      moves(recourseAccount(source, amount.currency), account.platform('card_clearing', amount.currency), amount),
    ),
    ...(fee === undefined
      ? []
      : [
          moves(account.platform('processor_fees', fee.currency), account.platform('card_clearing', fee.currency), fee),
        ]),
  ],
  golden: [
    {
      given: 'a dispute of 300.00 USD at a fee of 15.00 USD, most of it spent',
      input: {
        taken: [
          { from: 'available', party_id: BUYER, amount: usd('10000') },
          { from: 'receivable', party_id: BUYER, amount: usd('20000') },
        ],
        fee: usd('1500'),
      },
      rows: [
        [`${BUYER}:available:USD`, 'platform:card_clearing:USD', '10000'],
        [`${BUYER}:receivable:USD`, 'platform:card_clearing:USD', '20000'],
        ['platform:processor_fees:USD', 'platform:card_clearing:USD', '1500'],
      ],
    },
  ],
})
