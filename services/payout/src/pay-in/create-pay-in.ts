import { schedule } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { type PayIn, PayInSubmitted } from '@draupnir/wire'
import { findBankAccount } from '../bank-account/find-bank-account.ts'
import { insertPayIn } from './pay-in.store.ts'
import type { PayInView } from './pay-in.ts'

export const SUBMIT_PAY_IN = 'payout.submit-pay-in'

export interface PayInInput {
  readonly partyId: Id<'party'>
  readonly bankAccountId: Id<'bankAccount'>
  readonly amount: PayIn['amount']
}

/** Money to be pulled from a party's bank account by ACH debit. Refuses `payout.bank-account-not-active` and a currency that is not the account's. */
export function createPayIn(outer: Context, input: PayInInput): Promise<PayInView> {
  return transact(outer, async (ctx) => {
    const known = await findBankAccount(ctx, input.bankAccountId)
    if (known === null || known.account.party_id !== input.partyId)
      refuse('request.not-found', { bank_account_id: input.bankAccountId })
    const { state, currency } = known.account
    if (state !== 'active') refuse('payout.bank-account-not-active', { bank_account_id: input.bankAccountId, state })
    if (currency !== input.amount.currency)
      refuse('money.currency-mismatch', { left: input.amount.currency, right: currency })
    const payIn: PayInView = {
      id: ctx.newId('payIn'),
      party_id: input.partyId,
      bank_account_id: input.bankAccountId,
      rail: 'ach',
      amount: input.amount,
      state: 'submitted',
      failure: null,
      payment_order_id: null,
      created_at: ctx.now(),
      cleared_at: null,
      returned: null,
    }
    await insertPayIn(ctx, payIn)
    await schedule(ctx, { kind: SUBMIT_PAY_IN, key: payIn.id, dueAt: ctx.now(), data: { pay_in_id: payIn.id } })
    await emit(ctx, PayInSubmitted, { data: { pay_in: payIn } })
    return payIn
  })
}
