import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { SELLER, usd } from './golden.ts'
import { amountInput, recipe } from './recipe.ts'

const party = { party_id: idField('party'), amount: amountInput }
const rail = z.enum(['ach', 'wire'])

export const payoutReserve = recipe({
  code: 'payout.reserve',
  story: 'A payout is on its way to the bank: the funds can be spent on nothing else.',
  input: z.strictObject(party),
  undo: { by: 'payout.return', note: 'when the payout fails' },
  postings: ({ party_id, amount }) => [
    {
      debit: account.available(party_id, amount.currency),
      credit: account.payoutInTransit(party_id, amount.currency),
      amount,
    },
  ],
  golden: [
    {
      given: 'a payout of 900.00 USD',
      input: { party_id: SELLER, amount: usd('90000') },
      rows: [[`${SELLER}:available:USD`, `${SELLER}:payout_in_transit:USD`, '90000']],
    },
  ],
})

export const payoutSettle = recipe({
  code: 'payout.settle',
  story: 'The bank executed a payout: the cash has left.',
  input: z.strictObject({ ...party, rail }),
  undo: { by: 'payout.return', note: 'when the receiving bank sends it back' },
  postings: ({ party_id, rail, amount }) => [
    {
      debit: account.payoutInTransit(party_id, amount.currency),
      credit: account.cash(rail, amount.currency),
      amount,
    },
  ],
  golden: [
    {
      given: 'a payout of 900.00 USD by ACH',
      input: { party_id: SELLER, rail: 'ach', amount: usd('90000') },
      rows: [[`${SELLER}:payout_in_transit:USD`, 'platform:cash.ach:USD', '90000']],
    },
  ],
})

export const payoutReturn = recipe({
  code: 'payout.return',
  story: 'A payout did not arrive: its funds are the seller’s again, out of the cash that came back when it had left.',
  input: z.strictObject({ ...party, rail, settled: z.boolean() }),
  undo: { by: 'payout.reserve', note: 'by paying out again' },
  postings: ({ party_id, rail, amount, settled }) => {
    const transit = account.payoutInTransit(party_id, amount.currency)
    const back = { debit: transit, credit: account.available(party_id, amount.currency), amount }
    return settled ? [{ debit: account.cash(rail, amount.currency), credit: transit, amount }, back] : [back]
  },
  golden: [
    {
      given: 'a payout of 900.00 USD that failed at the bank',
      input: { party_id: SELLER, rail: 'ach', amount: usd('90000'), settled: false },
      rows: [[`${SELLER}:payout_in_transit:USD`, `${SELLER}:available:USD`, '90000']],
    },
    {
      given: 'a payout of 900.00 USD that was settled, then returned',
      input: { party_id: SELLER, rail: 'ach', amount: usd('90000'), settled: true },
      rows: [
        ['platform:cash.ach:USD', `${SELLER}:payout_in_transit:USD`, '90000'],
        [`${SELLER}:payout_in_transit:USD`, `${SELLER}:available:USD`, '90000'],
      ],
    },
  ],
})
