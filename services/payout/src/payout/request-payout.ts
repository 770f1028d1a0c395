import { type Context, transact } from '@draupnir/db'
import { deriveId } from '@draupnir/ids'
import { emit } from '@draupnir/outbox'
import { type BankAccount, type DataOf, type HoldingReleased, type Payout, PayoutRequested } from '@draupnir/wire'
import { findPayoutAccount } from '../bank-account/list-bank-accounts.ts'
import { insertPayout, lockWaitingPayouts, savePayout, selectPayout } from './payout.store.ts'
import { directPayout } from './payout.ts'

/** Released funds are paid out at once (cash-out policy: automatic on release); without a bank account the payout waits for one. */
export function requestPayout(outer: Context, released: DataOf<typeof HoldingReleased>): Promise<void> {
  return transact(outer, async (ctx) => {
    if (BigInt(released.amount.amount) <= 0n) return
    const id = deriveId('payout', ctx.tenant, released.leg_id)
    if ((await selectPayout(ctx, id)) !== null) return
    const account = await findPayoutAccount(ctx, released.party_id, released.amount.currency)
    const payout: Payout = {
      id,
      party_id: released.party_id,
      bank_account_id: account?.id ?? null,
      rail: 'ach',
      amount: released.amount,
      state: 'requested',
      failure: null,
      payment_order_id: null,
      source: { settlement_id: released.settlement_id, leg_id: released.leg_id },
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
