import type { Money } from '@draupnir/money'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { type Account, account } from '../account/account.ts'
import { BUYER, SELLER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

const chargedInput = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('platform') }),
  z.strictObject({ from: z.enum(['holding', 'available']), party_id: idField('party') }),
])

export const downtimeCredit = recipe({
  code: 'downtime.credit',
  story: 'A device was down: the buyer is credited, at the expense of whoever is responsible.',
  input: z.strictObject({
    buyer_id: idField('party'),
    to: z.enum(['available', 'committed']),
    charged: chargedInput,
    amount: amountInput,
  }),
  undo: { by: 'mirror', note: 'when the outage is corrected' },
  postings: ({ buyer_id, to, charged, amount }) => [
    moves(bearer(charged, amount), account[to](buyer_id, amount.currency), amount),
  ],
  golden: [
    {
      given: '25.00 USD that the platform bears',
      input: { buyer_id: BUYER, to: 'available', charged: { from: 'platform' }, amount: usd('2500') },
      rows: [['platform:sla_expense:USD', `${BUYER}:available:USD`, '2500']],
    },
    {
      given: '25.00 USD out of what the seller is still seasoning, for the next invoice',
      input: { buyer_id: BUYER, to: 'committed', charged: { from: 'holding', party_id: SELLER }, amount: usd('2500') },
      rows: [[`${SELLER}:pay_in_holding:USD`, `${BUYER}:committed:USD`, '2500']],
    },
    {
      given: '25.00 USD out of what the seller has available',
      input: {
        buyer_id: BUYER,
        to: 'available',
        charged: { from: 'available', party_id: SELLER },
        amount: usd('2500'),
      },
      rows: [[`${SELLER}:available:USD`, `${BUYER}:available:USD`, '2500']],
    },
  ],
})

function bearer(charged: z.output<typeof chargedInput>, { currency }: Money): Account {
  if (charged.from === 'platform') return account.platform('sla_expense', currency)
  const { from, party_id } = charged
  return from === 'holding' ? account.payInHolding(party_id, currency) : account.available(party_id, currency)
}
