import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account, accountOf, parseAccount } from '../account/account.ts'
import { BUYER, SELLER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

const accountInput = z
  .string()
  .refine((ref) => parseAccount(ref) !== null, { message: 'is no account of the chart' })
  .transform((ref) => accountOf(ref))

export const writeOff = recipe({
  code: 'write_off',
  story: 'What is owed will not be paid any more.',
  input: z.strictObject({
    owed: z.discriminatedUnion('account', [
      z.strictObject({ account: z.literal('receivable'), party_id: idField('party') }),
      z.strictObject({ account: z.enum(['financing_receivable', 'settlement_receivable']) }),
    ]),
    amount: amountInput,
  }),
  undo: { by: 'mirror', note: 'when it is paid after all' },
  postings: ({ owed, amount }) => [
    moves(
      account.platform('bad_debt', amount.currency),
      owed.account === 'receivable'
        ? account.receivable(owed.party_id, amount.currency)
        : account.platform(owed.account, amount.currency),
      amount,
    ),
  ],
  golden: [
    {
      given: 'a claw-back of 70.00 USD that a seller will not pay',
      input: { owed: { account: 'receivable', party_id: SELLER }, amount: usd('7000') },
      rows: [['platform:bad_debt:USD', `${SELLER}:receivable:USD`, '7000']],
    },
  ],
})

export const adjust = recipe({
  code: 'adjust',
  twoPeople: true,
  story:
    'People correct the books by hand, through suspense or rounding and with a reason; it takes two of them: one books it pending, another posts it.',
  input: z.strictObject({
    reason: z.string().min(1).max(500),
    postings: z
      .array(z.strictObject({ debit: accountInput, credit: accountInput, amount: amountInput }))
      .min(1)
      .max(100),
  }),
  undo: { by: 'mirror', note: 'by the same two people or others' },
  postings: ({ postings }) => postings.map(({ debit, credit, amount }) => moves(debit, credit, amount)),
  golden: [
    {
      given: '12.00 USD that came without a name and are found to be a buyer’s',
      input: {
        reason: 'wire without a reference, claimed by the buyer',
        postings: [
          { debit: 'platform:cash.wire:USD', credit: 'platform:suspense:USD', amount: usd('1200') },
          { debit: 'platform:suspense:USD', credit: `${BUYER}:available:USD`, amount: usd('1200') },
        ],
      },
      rows: [
        ['platform:cash.wire:USD', 'platform:suspense:USD', '1200'],
        ['platform:suspense:USD', `${BUYER}:available:USD`, '1200'],
      ],
    },
  ],
})
