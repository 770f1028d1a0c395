import { negate, subtract } from '@draupnir/money'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

export const cryptoClear = recipe({
  code: 'crypto.clear',
  story: 'Crypto was received with finality: the buyer has its worth at the quoted rate.',
  input: z.strictObject({ buyer_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'when the quote was wrong' },
  postings: ({ buyer_id, amount }) => [
    moves(account.platform('crypto_clearing', amount.currency), account.available(buyer_id, amount.currency), amount),
  ],
  golden: [
    {
      given: 'a quote of 1,000.00 USD',
      input: { buyer_id: BUYER, amount: usd('100000') },
      rows: [['platform:crypto_clearing:USD', `${BUYER}:available:USD`, '100000']],
    },
  ],
})

export const cryptoSlippage = recipe({
  code: 'crypto.slippage',
  story: 'Crypto is converted: what it brought is cash, the difference to its quote is slippage.',
  input: z.strictObject({ quoted: amountInput, received: amountInput }),
  undo: { by: 'mirror', note: 'when the conversion is corrected' },
  postings: ({ quoted, received }) => {
    const [clearing, slippage] = [
      account.platform('crypto_clearing', quoted.currency),
      account.platform('slippage', quoted.currency),
    ]
    const difference = subtract(quoted, received)
    const cash = moves(account.cash('crypto', received.currency), clearing, received)
    if (difference.amount === 0n) return [cash]
    return [
      cash,
      difference.amount > 0n ? moves(slippage, clearing, difference) : moves(clearing, slippage, negate(difference)),
    ]
  },
  golden: [
    {
      given: '1,000.00 USD quoted and 995.00 USD received',
      input: { quoted: usd('100000'), received: usd('99500') },
      rows: [
        ['platform:cash.crypto:USD', 'platform:crypto_clearing:USD', '99500'],
        ['platform:slippage:USD', 'platform:crypto_clearing:USD', '500'],
      ],
    },
    {
      given: '1,000.00 USD quoted and 1,002.00 USD received',
      input: { quoted: usd('100000'), received: usd('100200') },
      rows: [
        ['platform:cash.crypto:USD', 'platform:crypto_clearing:USD', '100200'],
        ['platform:crypto_clearing:USD', 'platform:slippage:USD', '200'],
      ],
    },
  ],
})
