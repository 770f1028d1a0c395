import type { Context } from '@draupnir/db'
import { contextFor } from '@draupnir/http'
import { type Id, newId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { fromEpochMs, type Instant } from '@draupnir/time'
import { openEmpty } from '../src/account/account.store.ts'
import { account } from '../src/account/account.ts'
import { postBatch } from '../src/transaction/post-batch.ts'
import type { Draft, Posting } from '../src/transaction/transaction.ts'
import { type BenchDatabase, empty } from './database.ts'

export const EACH = 1_000_000_000_000n
const AT_ONCE = 1_000
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A marketplace with funded buyers, in both designs. */
export interface Market {
  readonly database: BenchDatabase
  readonly context: () => Context
  readonly buyers: readonly Id<'party'>[]
  readonly sellers: readonly Id<'party'>[]
}

export function wallClock(): Instant {
  return fromEpochMs(Date.now())
}

/** Empty books, then `parties` buyers whose committed funds never run out. */
export async function openMarket(database: BenchDatabase, parties: number): Promise<Market> {
  await empty(database)
  const tenant = newId('tenant', wallClock())
  const context = () =>
    contextFor({
      db: database.db,
      now: wallClock(),
      actor: 'key_bench',
      tenant,
      trace: { correlationId: 'bench', causationId: null, traceparent: null },
      log: silent,
    })
  const ids = () => Array.from({ length: parties }, () => newId('party', wallClock()))
  const market = { database, context, buyers: ids(), sellers: ids() }
  for (let from = 0; from < parties; from += AT_ONCE) {
    const some = market.buyers.slice(from, from + AT_ONCE)
    const amount = money(EACH, 'USD')
    const cash = account.cash('ach', 'USD')
    await load(
      context(),
      some.map((party) => ({ debit: cash, credit: account.available(party, 'USD'), amount })),
    )
    await load(
      context(),
      some.map((party) => ({
        debit: account.available(party, 'USD'),
        credit: account.committed(party, 'USD'),
        amount,
      })),
    )
  }
  await openEmpty(context(), [
    ...market.sellers.map((party) => account.payInHolding(party, 'USD')),
    account.feeRevenue('USD'),
  ])
  await database.owner.sql`
    insert into bench_accounts (ref, balance, floor)
    select ref, posted_credits - posted_debits, floor from accounts`
  await database.owner.sql.unsafe('vacuum analyze')
  return market
}

async function load(ctx: Context, postings: readonly Posting[]): Promise<void> {
  await postBatch(ctx, [{ type: 'book', draft: draft(ctx, 'bench.load', postings, ctx.newId('request')) }])
}

export function draft(ctx: Context, recipe: string, postings: readonly Posting[], cause: string): Draft {
  return {
    id: ctx.newId('transaction'),
    recipe,
    cause,
    reference: null,
    state: 'posted',
    undoes: null,
    actor: ctx.actor,
    effectiveAt: null,
    expiresAt: null,
    postings,
  }
}
