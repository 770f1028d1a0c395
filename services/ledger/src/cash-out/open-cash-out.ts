import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Currency, Money } from '@draupnir/money'
import { money } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { CashOutRequested } from '@draupnir/wire'
import { account } from '../account/account.ts'
import { claimEarnings } from '../settlement/earnings.ts'
import { readAvailable } from '../wallet/read-available.ts'
import { insertCashOut, promisedOf } from './cash-out.store.ts'
import { type CashOut, freeOf } from './cash-out.ts'
import { wireCashOut } from './cash-out.wire.ts'

/** What a party could have paid out now; steady while its policy is locked. */
export async function readFree(ctx: Context, partyId: Id<'party'>, currency: Currency): Promise<Money> {
  const available = await readAvailable(ctx, account.available(partyId, currency))
  const owed = await readAvailable(ctx, account.receivable(partyId, currency))
  return freeOf({
    available: money(available, currency),
    owed: money(owed, currency),
    promised: await promisedOf(ctx, partyId, currency),
  })
}

/** Claims what is cashed out and has it paid out. The policy of the party is locked by the caller. */
export async function openCashOut(
  ctx: Context,
  input: Pick<CashOut, 'partyId' | 'amount' | 'policy' | 'legs'>,
): Promise<CashOut> {
  const cashOut: CashOut = {
    ...input,
    id: ctx.newId('cashOut'),
    state: 'requested',
    failure: null,
    payoutId: null,
    requestedBy: ctx.actor,
    requestedAt: ctx.now(),
    endedAt: null,
  }
  await insertCashOut(ctx, cashOut)
  await claimEarnings(ctx, cashOut.legs)
  await emit(ctx, CashOutRequested, { data: { cash_out: wireCashOut(cashOut) } })
  return cashOut
}
