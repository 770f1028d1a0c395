import { activity } from '@draupnir/clock'
import { type Context, transact } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { idField, PayoutFailed, PayoutSent } from '@draupnir/wire'
import { z } from 'zod'
import { findBankAccount } from '../bank-account/find-bank-account.ts'
import { BANK_BACKOFF } from '../modern-treasury/backoff.ts'
import type { Bank, Outcome } from '../modern-treasury/client.ts'
import { ensurePaymentOrder } from '../modern-treasury/payment-order.ts'
import { findParty } from '../party/find-party.ts'
import { requestRefresh } from '../payment-order/request-refresh.ts'
import { lockPayout, savePayout, selectPayout } from './payout.store.ts'
import { failPayout, sendPayout } from './payout.ts'
import { SUBMIT_PAYOUT } from './reserve-payout.ts'

/** Hands a reserved payout to the bank partner as an ACH credit. */
export function submitPayout(bank: Bank) {
  return activity(SUBMIT_PAYOUT, z.object({ payout_id: idField('payout') }), {
    perform: (ctx, data) => sendToBank(ctx, bank, data.payout_id),
    settle: (ctx, data, outcome) => recordSubmission(ctx, data.payout_id, outcome),
    backoff: BANK_BACKOFF,
  })
}

async function sendToBank(ctx: Context, bank: Bank, id: Id<'payout'>): Promise<Outcome<string>> {
  const payout = required(await selectPayout(ctx, id), `payout ${id} is gone`)
  const accountId = required(payout.bank_account_id, `payout ${id} has no bank account`)
  const account = required(await findBankAccount(ctx, accountId), `bank account of ${id} is gone`)
  const { party } = required(await findParty(ctx, payout.party_id), `party of ${id} is gone`)
  const order = {
    id,
    direction: 'credit' as const,
    amount: BigInt(payout.amount.amount),
    currency: payout.amount.currency,
    externalAccountId: required(account.externalAccountId, `bank account of ${id} is not registered`),
    business: party.kind === 'business',
  }
  return ensurePaymentOrder(bank, order)
}

/** The bank partner took the credit, or refused it for good. */
export function recordSubmission(outer: Context, id: Id<'payout'>, outcome: Outcome<string>): Promise<void> {
  return transact(outer, async (ctx) => {
    const payout = required(await lockPayout(ctx, id), `payout ${id} is gone`)
    const next = outcome.ok ? sendPayout(payout, outcome.value) : failPayout(payout, outcome.reason)
    if (next === null) return
    await savePayout(ctx, next)
    await emit(ctx, next.state === 'sent' ? PayoutSent : PayoutFailed, { data: { payout: next } })
    if (next.payment_order_id !== null) await requestRefresh(ctx, next.payment_order_id)
  })
}
