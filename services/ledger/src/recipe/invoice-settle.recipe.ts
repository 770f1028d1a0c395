import { unreachable } from '@draupnir/errors'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { type Account, account } from '../account/account.ts'
import { BUYER, OTHER_SELLER, SELLER, usd } from './golden.ts'
import { amountInput, recipe } from './recipe.ts'

const shareInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('seller_net'), party_id: idField('party'), amount: amountInput }),
  z.strictObject({ kind: z.literal('platform_fee'), party_id: z.null(), amount: amountInput }),
])

type Share = z.output<typeof shareInput>

export const invoiceSettle = recipe({
  code: 'invoice.settle',
  story: 'A paid invoice is split: each seller’s net begins to season, the platform’s fee is earned.',
  input: z.strictObject({ buyer_id: idField('party'), shares: z.array(shareInput).min(1) }),
  undo: { by: 'mirror', note: 'exactly the stored legs, none of them released' },
  postings: ({ buyer_id, shares }) =>
    shares.map((share) => ({
      debit: account.committed(buyer_id, share.amount.currency),
      credit: destination(share),
      amount: share.amount,
    })),
  golden: [
    {
      given: '1,000.00 USD of one seller at a platform fee of 10 %',
      input: {
        buyer_id: BUYER,
        shares: [
          { kind: 'seller_net', party_id: SELLER, amount: usd('90000') },
          { kind: 'platform_fee', party_id: null, amount: usd('10000') },
        ],
      },
      rows: [
        [`${BUYER}:committed:USD`, `${SELLER}:pay_in_holding:USD`, '90000'],
        [`${BUYER}:committed:USD`, 'platform:fee_revenue:USD', '10000'],
      ],
    },
    {
      given: '0.10 USD and 0.33 USD of two sellers at a platform fee of 15 %: rounded by line, summing to the whole',
      input: {
        buyer_id: BUYER,
        shares: [
          { kind: 'seller_net', party_id: SELLER, amount: usd('9') },
          { kind: 'seller_net', party_id: OTHER_SELLER, amount: usd('28') },
          { kind: 'platform_fee', party_id: null, amount: usd('6') },
        ],
      },
      rows: [
        [`${BUYER}:committed:USD`, `${SELLER}:pay_in_holding:USD`, '9'],
        [`${BUYER}:committed:USD`, `${OTHER_SELLER}:pay_in_holding:USD`, '28'],
        [`${BUYER}:committed:USD`, 'platform:fee_revenue:USD', '6'],
      ],
    },
  ],
})

function destination(share: Share): Account {
  switch (share.kind) {
    case 'seller_net':
      return account.payInHolding(share.party_id, share.amount.currency)
    case 'platform_fee':
      return account.feeRevenue(share.amount.currency)
    default:
      return unreachable(share)
  }
}
