import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account, RAILS } from '../account/account.ts'
import { BUYER, SELLER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

export const receivableAccrue = recipe({
  code: 'receivable.accrue',
  story: 'An invoice paid by card or on net terms counts as paid before its cash arrives.',
  input: z.strictObject({ buyer_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'when the payment fails' },
  postings: ({ buyer_id, amount }) => [
    moves(
      account.platform('settlement_receivable', amount.currency),
      account.committed(buyer_id, amount.currency),
      amount,
    ),
  ],
  golden: [
    {
      given: 'an invoice of 1,000.00 USD on net terms',
      input: { buyer_id: BUYER, amount: usd('100000') },
      rows: [['platform:settlement_receivable:USD', `${BUYER}:committed:USD`, '100000']],
    },
  ],
})

export const receivableSettle = recipe({
  code: 'receivable.settle',
  story: 'The cash of an accrued invoice arrives, less what the processor keeps.',
  input: z.strictObject({ rail: z.enum(RAILS), amount: amountInput, fee: amountInput.optional() }),
  undo: { by: 'mirror', note: 'when the processor takes it back' },
  postings: ({ rail, amount, fee }) => [
    moves(account.cash(rail, amount.currency), account.platform('settlement_receivable', amount.currency), amount),
    ...(fee === undefined
      ? []
      : [
          moves(
            account.platform('processor_fees', fee.currency),
            account.platform('settlement_receivable', fee.currency),
            fee,
          ),
        ]),
  ],
  golden: [
    {
      given: '970.00 USD by wire after a fee of 30.00 USD',
      input: { rail: 'wire', amount: usd('97000'), fee: usd('3000') },
      rows: [
        ['platform:cash.wire:USD', 'platform:settlement_receivable:USD', '97000'],
        ['platform:processor_fees:USD', 'platform:settlement_receivable:USD', '3000'],
      ],
    },
  ],
})

export const receivableRecoup = recipe({
  code: 'receivable.recoup',
  story: 'A party that owes something receives funds: what it owes is kept first.',
  input: z.strictObject({ party_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'when what it owed is forgiven' },
  postings: ({ party_id, amount }) => [
    moves(account.available(party_id, amount.currency), account.receivable(party_id, amount.currency), amount),
  ],
  golden: [
    {
      given: '70.00 USD of a released tranche of a seller that owes a claw-back',
      input: { party_id: SELLER, amount: usd('7000') },
      rows: [[`${SELLER}:available:USD`, `${SELLER}:receivable:USD`, '7000']],
    },
  ],
})
