import { type Context, transact } from '@draupnir/db'
import { fromWire, money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { type Payout, PayoutRefused, PayoutReserved } from '@draupnir/wire'
import { account } from '../account/account.ts'
import { refuseCashOut, requireCashOut, reserveCashOut } from '../cash-out/follow-payout.ts'
import { payoutReserve } from '../recipe/payout.recipes.ts'
import { acceptedOf, isRefusedFor, tryTransaction } from '../transaction/post-transaction.ts'
import { readAvailable } from '../wallet/read-available.ts'

export interface ReservePayout {
  readonly payout: Payout
  readonly cause: string
  readonly effectiveAt: Instant
}

/**
 * Takes the funds of a cash-out out of the available balance for its payout, or says why not. Refuses
 * `ledger.cash-out-unknown`.
 */
export function reservePayout(ctx: Context, { payout, cause, effectiveAt }: ReservePayout): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { id: payout_id, party_id, amount } = payout
    await requireCashOut(ctx, payout)
    const outcome = await tryTransaction(ctx, {
      recipe: payoutReserve,
      input: { party_id, amount },
      cause,
      reference: payout_id,
      effectiveAt,
    })
    const common = { payout_id, party_id, amount }
    if (!isRefusedFor(outcome, 'ledger.balance-insufficient')) {
      const { id: transaction_id } = acceptedOf(outcome)
      await reserveCashOut(ctx, payout)
      await emit(ctx, PayoutReserved, { data: { ...common, transaction_id } })
      return
    }
    await refuseCashOut(ctx, payout, outcome.code)
    const { currency } = fromWire(amount)
    const available = await readAvailable(ctx, account.available(party_id, currency))
    await emit(ctx, PayoutRefused, {
      data: { ...common, available: toWire(money(available, currency)), code: outcome.code },
    })
  })
}
