import type { Context } from '@draupnir/db'
import { type Instant, latest } from '@draupnir/time'
import { saveBalances } from '../account/account.store.ts'
import type { Balance } from '../account/balance.ts'
import { announce } from './announce.ts'
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

/** Writes what was worked out, set-based; `ids` are the rows of all accounts. */
export async function record(ctx: Context, worked: Worked, ids: ReadonlyMap<string, bigint>): Promise<void> {
  const { accepted, changed, entries, at, link } = worked
  const isEnd = ({ resolvedAt }: Transaction) => resolvedAt !== null
  // Booked and resolved in one batch: inserted as booked, its end is an update like any other.
  const booked = accepted.filter((it) => !isEnd(it))
  await Promise.all([
    saveBalances(ctx, changed, ids, at),
    insertEntries(ctx, entries, ids, at),
    insertTransactions(ctx, booked, link),
    resolveTransactions(ctx, accepted.filter(isEnd)),
    appendLink(ctx, link),
    announce(ctx, link, changed),
  ])
}
