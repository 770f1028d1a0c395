import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import { type Instant, latest } from '@draupnir/time'
import { saveBalances } from '../account/account.store.ts'
import type { Balance } from '../account/balance.ts'
import { announceCredits, announceLink } from './announce.ts'
import { type Link, nextLink } from './chain.ts'
import type { Entry } from './entry.ts'
import type { Sight } from './forecast.ts'
import { appendLink, insertEntries } from './journal.store.ts'
import { type Outcome, type Request, reduce, type Together } from './reduce.ts'
import { checkBatch } from './self-check.ts'
import { insertTransactions, resolveTransactions } from './transaction.store.ts'
import type { Transaction } from './transaction.ts'

/** A batch worked out over the books it was given, and nothing written yet. */
export interface Worked {
  readonly outcomes: readonly Outcome[]
  readonly accepted: readonly Transaction[]
  readonly changed: readonly Balance[]
  readonly entries: readonly Entry[]
  readonly at: Instant
  readonly link: Link
}

/** Runs the reducer and checks what came out. Nothing is to be written when nothing was accepted. */
export function workOut(ctx: Context, sight: Sight, requests: readonly (Request | Together)[]): Worked {
  const { balances, transactions, closedThrough, head } = sight
  const at = latest(ctx.now(), ...balances.flatMap(({ changedAt }) => changedAt ?? []))
  const { outcomes, changed, entries } = reduce({ balances, transactions, at, closedThrough }, requests)
  const accepted = outcomes.flatMap((it) => (it.type === 'accepted' ? [it.transaction] : []))
  checkBatch(balances, changed, accepted)
  return { outcomes, accepted, changed, entries, at, link: nextLink(head, at, accepted) }
}

/**
 * Writes what is new in the books, set-based: nobody waits for it but who books under the same names. `ids` are the rows
 * of all accounts.
 */
export async function recordNews(ctx: Context, worked: Worked, ids: ReadonlyMap<string, bigint>): Promise<void> {
  const { accepted, entries, at, link } = worked
  if (accepted.length === 0) return
  await Promise.all([
    insertEntries(ctx, entries, ids, at),
    // Booked and resolved in one batch: inserted as booked, its end is an update like any other.
    insertTransactions(
      ctx,
      accepted.filter((it) => !isEnd(it)),
      link,
    ),
    appendLink(ctx, link),
    announceLink(ctx, link),
  ])
}

/** Writes what changes rows that others write too: accounts first, then what is only written by who has locked them. */
export async function recordChanges(
  ctx: Context,
  { accepted, changed, at }: Worked,
  { balances, ids }: Pick<Sight, 'balances' | 'ids'>,
): Promise<void> {
  const before = new Map(balances.map((balance) => [balance.account.ref, balance]))
  const changes = changed.map((after) => ({
    id: required(ids.get(after.account.ref), 'the account has a row'),
    before: required(before.get(after.account.ref), 'the account was among the books'),
    after,
  }))
  saveBalances(ctx, changes, at)
  await Promise.all([resolveTransactions(ctx, accepted.filter(isEnd)), announceCredits(ctx, accepted, changed)])
}

function isEnd({ resolvedAt }: Transaction): boolean {
  return resolvedAt !== null
}
