import { attempt, type Context, isUniqueViolation } from '@draupnir/db'
import { Transient } from '@draupnir/errors'
import { latest } from '@draupnir/time'
import { LostRace, lockBalances, openAccounts, openEmpty, saveBalances } from '../account/account.store.ts'
import type { Balance } from '../account/balance.ts'
import { announce } from './announce.ts'
import { accountsOf, namesOf, pendingTargets } from './batch.ts'
import { nextLink } from './chain.ts'
import { freezeTampered } from './freeze-tampered.ts'
import { alwaysByIndex, appendLink, insertEntries, lockLane } from './journal.store.ts'
import { type Outcome, type Request, reduce, type Together } from './reduce.ts'
import { checkBatch } from './self-check.ts'
import { findNamed, insertTransactions, resolveTransactions } from './transaction.store.ts'

const MAX_RACES = 5

/**
 * Posts what arrived together in one commit; one outcome for each request, in order. A refused request leaves nothing.
 * Accounts are locked in order; several processes may post at once.
 */
export async function postBatch(ctx: Context, requests: readonly (Request | Together)[]): Promise<readonly Outcome[]> {
  for (let race = 1; race <= MAX_RACES; race += 1) {
    try {
      return await attempt(ctx, (ctx) => postOnce(ctx, requests))
    } catch (error) {
      // Another process booked the same cause or opened the same account first: what it did is visible now.
      if (error instanceof LostRace) await openEmpty(ctx, error.accounts)
      else if (!isUniqueViolation(error)) throw error
    }
  }
  throw new Transient('ledger.race-lost', `lost ${MAX_RACES} races for the same rows`)
}

async function postOnce(ctx: Context, requests: readonly (Request | Together)[]): Promise<readonly Outcome[]> {
  const names = namesOf(requests)
  const planned = alwaysByIndex(ctx)
  // A pending transaction says which accounts its end touches; it is read again once they are locked.
  const pending = await pendingTargets(ctx, names, requests)
  const [locked, transactions, { head, closedThrough }] = await Promise.all([
    lockBalances(ctx, accountsOf(requests, pending)),
    findNamed(ctx, names),
    lockLane(ctx),
    planned,
  ])
  const { balances, ids } = locked
  const at = latest(ctx.now(), ...balances.flatMap(({ changedAt }) => changedAt ?? []))
  const { outcomes, changed, entries } = reduce({ balances, transactions, at, closedThrough }, requests)
  if (locked.tampered.length > 0) await freezeTampered(ctx, locked.tampered)
  const accepted = outcomes.flatMap((it) => (it.type === 'accepted' ? [it.transaction] : []))
  if (accepted.length === 0) return outcomes
  checkBatch(balances, changed, accepted)
  const link = nextLink(head, at, accepted)
  const exists = ({ account }: Balance) => ids.has(account.ref)
  const all = await openAccounts(
    ctx,
    changed.filter((it) => !exists(it)),
    ids,
    at,
  )
  await Promise.all([
    saveBalances(ctx, changed.filter(exists), ids, at),
    insertEntries(ctx, entries, all, at),
    // Booked and resolved in one batch: inserted as booked, its end is an update like any other.
    insertTransactions(
      ctx,
      accepted.filter((it) => it.resolvedAt === null),
      link,
    ),
    resolveTransactions(
      ctx,
      accepted.filter((it) => it.resolvedAt !== null),
    ),
    appendLink(ctx, link),
    announce(ctx, link, changed),
  ])
  return outcomes
}
