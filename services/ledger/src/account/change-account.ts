import { type Context, transact } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { emit } from '@draupnir/outbox'
import { AccountFrozen } from '@draupnir/wire'
import { lockBalances, saveStates } from './account.store.ts'
import { parseAccount } from './account.ts'
import { type Balance, pending, posted } from './balance.ts'

/** Freezes, closes or opens an account. Refuses `ledger.account-not-empty` when one that holds something is to be closed. */
export function changeAccount(ctx: Context, ref: string, state: Balance['state'], reason: string): Promise<Balance> {
  return transact(ctx, async (ctx) => {
    const account = parseAccount(ref)
    if (account === null) refuse('request.not-found', { ref })
    const { balances, ids } = await lockBalances(ctx, new Map([[account.ref, account]]))
    const [balance] = balances
    if (balance === undefined || !ids.has(ref)) refuse('request.not-found', { ref })
    if (state === 'closed' && (posted(balance) !== 0n || pending(balance) !== 0n)) {
      refuse('ledger.account-not-empty', { account: ref })
    }
    await saveStates(ctx, [ref], state, state === 'open' ? null : reason)
    if (state === 'frozen') {
      await emit(ctx, AccountFrozen, {
        data: { account: ref, reason, frozen_at: ctx.now(), frozen_by: ctx.actor },
      })
    }
    return { ...balance, state }
  })
}
