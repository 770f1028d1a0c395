import { unreachable } from '@draupnir/errors'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { type Account, account } from '../account/account.ts'
import { BUYER, HOST, OTHER_SELLER, PARTNER, SELLER, usd } from './golden.ts'
import { amountInput, recipe } from './recipe.ts'

const shareInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('seller_net'), party_id: idField('party'), amount: amountInput }),
  z.strictObject({ kind: z.enum(['partner', 'referral', 'host']), party_id: idField('party'), amount: amountInput }),
  z.strictObject({ kind: z.literal('tax'), party_id: z.null(), amount: amountInput }),
  z.strictObject({ kind: z.literal('platform_fee'), party_id: z.null(), amount: amountInput }),
])

type Share = z.output<typeof shareInput>

export const invoiceSettle = recipe({
  code: 'invoice.settle',
  story:
    'A paid invoice is split: the net of each seller and the shares of partners, referrers and hosts begin to season, the platform’s fee is earned, tax is owed.',
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
      given: '1,080.00 USD of one seller with a partner, a host and 8 % of tax',
      input: {
        buyer_id: BUYER,
        shares: [
          { kind: 'seller_net', party_id: SELLER, amount: usd('75000') },
          { kind: 'partner', party_id: PARTNER, amount: usd('5000') },
          { kind: 'host', party_id: HOST, amount: usd('10000') },
          { kind: 'tax', party_id: null, amount: usd('8000') },
          { kind: 'platform_fee', party_id: null, amount: usd('10000') },
        ],
      },
      rows: [
        [`${BUYER}:committed:USD`, `${SELLER}:pay_in_holding:USD`, '75000'],
        [`${BUYER}:committed:USD`, `${PARTNER}:holding:USD`, '5000'],
        [`${BUYER}:committed:USD`, `${HOST}:holding:USD`, '10000'],
        [`${BUYER}:committed:USD`, 'platform:tax_payable:USD', '8000'],
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
    case 'partner':
    case 'referral':
    case 'host':
      return account.holding(share.party_id, share.amount.currency)
    case 'tax':
      return account.platform('tax_payable', share.amount.currency)
    case 'platform_fee':
      return account.feeRevenue(share.amount.currency)
    default:
      return unreachable(share)
  }
}
