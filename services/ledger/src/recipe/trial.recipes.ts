import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { account } from '../account/account.ts'
import { BUYER, SELLER, usd } from './golden.ts'
import { amountInput, moves, recipe } from './recipe.ts'

export const trialGrant = recipe({
  code: 'trial.grant',
  story: 'A buyer may try: notional credit, never cash, at the platform’s expense.',
  input: z.strictObject({ buyer_id: idField('party'), amount: amountInput }),
  undo: { by: 'trial.expire', note: 'what is left of it' },
  postings: ({ buyer_id, amount }) => [
    moves(account.platform('promo_expense', amount.currency), account.notional(buyer_id, amount.currency), amount),
  ],
  golden: [
    {
      given: 'a trial of 100.00 USD',
      input: { buyer_id: BUYER, amount: usd('10000') },
      rows: [['platform:promo_expense:USD', `${BUYER}:notional:USD`, '10000']],
    },
  ],
})

export const trialConsume = recipe({
  code: 'trial.consume',
  story: 'Trial credit is used: its seller earns what seasons like any other earning.',
  input: z.strictObject({ buyer_id: idField('party'), seller_id: idField('party'), amount: amountInput }),
  undo: { by: 'mirror', note: 'when the usage is corrected' },
  postings: ({ buyer_id, seller_id, amount }) => [
    moves(account.notional(buyer_id, amount.currency), account.payInHolding(seller_id, amount.currency), amount),
  ],
  golden: [
    {
      given: '40.00 USD of a trial used',
      input: { buyer_id: BUYER, seller_id: SELLER, amount: usd('4000') },
      rows: [[`${BUYER}:notional:USD`, `${SELLER}:pay_in_holding:USD`, '4000']],
    },
  ],
})

export const trialExpire = recipe({
  code: 'trial.expire',
  story: 'A trial ends: what was not used costs the platform nothing.',
  input: z.strictObject({ buyer_id: idField('party'), amount: amountInput }),
  undo: { by: 'trial.grant', note: 'by granting it again' },
  postings: ({ buyer_id, amount }) => [
    moves(account.notional(buyer_id, amount.currency), account.platform('promo_expense', amount.currency), amount),
  ],
  golden: [
    {
      given: '60.00 USD of a trial left over',
      input: { buyer_id: BUYER, amount: usd('6000') },
      rows: [[`${BUYER}:notional:USD`, 'platform:promo_expense:USD', '6000']],
    },
  ],
})
