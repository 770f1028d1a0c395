import type { Context } from '@draupnir/db'
import { emitMany } from '@draupnir/outbox'
import { AccountFrozen } from '@draupnir/wire'
import { saveStates } from '../account/account.store.ts'
import type { Balance } from '../account/balance.ts'

/** Freezes accounts whose balance was not written by us, and opens a case for each; all others go on. */
export async function freezeTampered(ctx: Context, tampered: readonly Balance[]): Promise<void> {
  const fresh = tampered.filter((balance) => balance.state !== 'frozen')
  if (fresh.length === 0) return
  const refs = fresh.map((balance) => balance.account.ref)
  const reason = 'the stored balance is not the one the ledger wrote'
  await saveStates(ctx, refs, 'frozen', reason)
  ctx.log.error({ refs }, 'accounts frozen: their balances were changed by hand')
  await emitMany(
    ctx,
    AccountFrozen,
    refs.map((account) => ({ data: { account, reason, frozen_at: ctx.now(), frozen_by: 'ledger' } })),
  )
}
