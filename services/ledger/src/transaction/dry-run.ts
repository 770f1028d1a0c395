import type { Context } from '@draupnir/db'
import { latest } from '@draupnir/time'
import { peekBalances } from '../account/account.store.ts'
import { accountsOf, namesOf, pendingTargets } from './batch.ts'
import { findClosedThrough } from './closing.store.ts'
import { type Outcome, type Request, reduce, type Together } from './reduce.ts'
import { findNamed } from './transaction.store.ts'

/** What would happen now, by the same reducer; nothing is locked and nothing is written. */
export async function dryRun(ctx: Context, requests: readonly (Request | Together)[]): Promise<readonly Outcome[]> {
  const names = namesOf(requests)
  const pending = await pendingTargets(ctx, names, requests)
  const [{ balances }, transactions, closedThrough] = await Promise.all([
    peekBalances(ctx, accountsOf(requests, pending)),
    findNamed(ctx, names),
    findClosedThrough(ctx),
  ])
  const at = latest(ctx.now(), ...balances.flatMap(({ changedAt }) => changedAt ?? []))
  return reduce({ balances, transactions, at, closedThrough }, requests).outcomes
}
