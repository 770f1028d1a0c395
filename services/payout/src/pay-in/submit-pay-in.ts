import { activity } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { idField, PayInFailed } from '@draupnir/wire'
import { z } from 'zod'
import { findBankAccount } from '../bank-account/find-bank-account.ts'
import { BANK_BACKOFF } from '../modern-treasury/backoff.ts'
import type { Bank, Outcome } from '../modern-treasury/client.ts'
import { ensurePaymentOrder } from '../modern-treasury/payment-order.ts'
import { findParty } from '../party/find-party.ts'
import { requestRefresh } from '../payment-order/request-refresh.ts'
import { SUBMIT_PAY_IN } from './create-pay-in.ts'
import { lockPayIn, savePayIn, selectPayIn } from './pay-in.store.ts'
import { refusePayIn, sendPayIn } from './pay-in.ts'

/** Hands a pay-in to the bank partner as an ACH debit. */
export function submitPayIn(bank: Bank) {
  return activity(SUBMIT_PAY_IN, z.object({ pay_in_id: idField('payIn') }), {
    perform: (ctx, data) => sendToBank(ctx, bank, data.pay_in_id),
    settle: (ctx, data, outcome) => recordSubmission(ctx, data.pay_in_id, outcome),
    backoff: BANK_BACKOFF,
  })
}

async function sendToBank(ctx: Context, bank: Bank, id: Id<'payIn'>): Promise<Outcome<string>> {
  const payIn = required(await selectPayIn(ctx, id), `pay-in ${id} is gone`)
  const account = required(await findBankAccount(ctx, payIn.bank_account_id), `bank account of ${id} is gone`)
  const { party } = required(await findParty(ctx, payIn.party_id), `party of ${id} is gone`)
  const order = {
    id,
    direction: 'debit' as const,
    amount: BigInt(payIn.amount.amount),
    currency: payIn.amount.currency,
    externalAccountId: required(account.externalAccountId, `bank account of ${id} is not registered`),
    business: party.kind === 'business',
  }
  return ensurePaymentOrder(bank, order)
}

/** The bank partner took the debit, or refused it for good. */
export function recordSubmission(outer: Context, id: Id<'payIn'>, outcome: Outcome<string>): Promise<void> {
  return transact(outer, async (ctx) => {
    const payIn = required(await lockPayIn(ctx, id), `pay-in ${id} is gone`)
    const next = outcome.ok ? sendPayIn(payIn, outcome.value) : refusePayIn(payIn, outcome.reason)
    if (next === null) return
    await savePayIn(ctx, next)
    if (next.state === 'failed') await emit(ctx, PayInFailed, { data: { pay_in: next } })
    // Its webhooks may have come before we knew whose order it is.
    if (next.payment_order_id !== null) await requestRefresh(ctx, next.payment_order_id)
  })
}
