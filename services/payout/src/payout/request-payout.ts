import { type Context, transact } from '@draupnir/db'
import { deriveId } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { type BankAccount, type CashOut, type Payout, PayoutRequested } from '@draupnir/wire'
import { findPayoutAccount } from '../bank-account/list-bank-accounts.ts'
import { insertPayout, lockWaitingPayouts, savePayout, selectPayout } from './payout.store.ts'
import { directPayout } from './payout.ts'

/** Carries out a cash-out, once; without a bank account the payout waits for one. */
export function requestPayout(outer: Context, cashOut: CashOut): Promise<void> {
  return transact(outer, async (ctx) => {
    const id = deriveId('payout', ctx.tenant, cashOut.id)
    if ((await selectPayout(ctx, id)) !== null) return
    const account = await findPayoutAccount(ctx, cashOut.party_id, cashOut.amount.currency)
    const payout: Payout = {
      id,
      party_id: cashOut.party_id,
      bank_account_id: account?.id ?? null,
      rail: 'ach',
      amount: cashOut.amount,
      state: 'requested',
      failure: null,
      payment_order_id: null,
      source: { cash_out_id: cashOut.id, legs: cashOut.legs },
      created_at: ctx.now(),
      settled_at: null,
    }
    await insertPayout(ctx, payout)
    if (payout.bank_account_id !== null) await emit(ctx, PayoutRequested, { data: { payout } })
  })
}

/** A bank account has come: what waited for one is requested now. */
export async function requestWaitingPayouts(ctx: Context, account: BankAccount): Promise<void> {
  for (const waiting of await lockWaitingPayouts(ctx, account.party_id, account.currency)) {
    const payout = directPayout(waiting, account.id)
    if (payout === null) continue
    await savePayout(ctx, payout)
    await emit(ctx, PayoutRequested, { data: { payout } })
  }
}
