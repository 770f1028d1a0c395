import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { addMs, DAY_MS } from '@draupnir/time'
import { invoiceSettle } from '../src/recipe/invoice-settle.recipe.ts'
import type { Draft } from '../src/transaction/transaction.ts'
import { draft, type Market } from './books.ts'

export interface Workload {
  readonly name: string
  readonly parties: number
  /** The next thing to book. */
  readonly next: (market: Market, ctx: Context) => Draft
  /** Ends every draft that was booked pending. */
  readonly twoPhase?: boolean
  /** Of every hundred: how many repeat an earlier request exactly, how many under its key with another amount. */
  readonly repeats?: { readonly exact: number; readonly conflicting: number }
  /** A read of a balance for each so many writes. */
  readonly readEvery?: number
}

/** How long the pending transactions last that nobody ends. */
export const EXPIRES_MS = 1_000

type Party = Id<'party'>
type Pick = (from: readonly Party[]) => Party
const hot: Pick = (from) => at(from, 0)
const any: Pick = (from) => at(from, Math.floor(Math.random() * from.length))

const sale = (buyer: Pick, seller: Pick) => (market: Market, ctx: Context) =>
  settle(ctx, buyer(market.buyers), [{ kind: 'seller_net', party_id: seller(market.sellers), amount: usd(100) }])

const uniform = sale(any, any)

export const UNIFORM: Workload = { name: 'any-to-any-10k', parties: 10_000, next: uniform }
export const HOT: Workload = { name: 'hot-to-hot', parties: 100, next: sale(hot, hot) }

export const SPLIT: Workload = {
  name: 'five-way-split',
  parties: 100,
  next: (market, ctx) =>
    settle(ctx, hot(market.buyers), [
      ...[1, 2, 3, 4].map((n) => ({ kind: 'seller_net' as const, party_id: at(market.sellers, n), amount: usd(22) })),
      { kind: 'platform_fee', party_id: null, amount: usd(12) },
    ]),
}

export const WORKLOADS: readonly Workload[] = [
  HOT,
  { name: 'hot-to-any', parties: 10_000, next: sale(hot, any) },
  {
    name: 'any-to-hot',
    parties: 10_000,
    next: (market, ctx) =>
      settle(ctx, any(market.buyers), [{ kind: 'platform_fee', party_id: null, amount: usd(100) }]),
  },
  UNIFORM,
  { name: 'zipf-100k', parties: 100_000, next: sale(zipf, zipf) },
  SPLIT,
  { name: 'two-phase', parties: 10_000, next: pendingSale, twoPhase: true },
  { name: 'replays-30-conflicts-1', parties: 10_000, next: uniform, repeats: { exact: 30, conflicting: 1 } },
  {
    name: 'backdated-5',
    parties: 10_000,
    next: (market, ctx) => {
      const made = uniform(market, ctx)
      return Math.random() < 0.05 ? { ...made, effectiveAt: addMs(ctx.now(), -3 * DAY_MS) } : made
    },
  },
  { name: 'reads-under-load', parties: 10_000, next: uniform, readEvery: 4 },
]

function pendingSale(market: Market, ctx: Context): Draft {
  const lastsMs = Math.random() < 0.05 ? EXPIRES_MS : DAY_MS
  return { ...uniform(market, ctx), state: 'pending', expiresAt: addMs(ctx.now(), lastsMs) }
}

function settle(ctx: Context, buyer: Party, shares: Parameters<typeof invoiceSettle.post>[0]['shares']): Draft {
  return draft(ctx, invoiceSettle.code, invoiceSettle.post({ buyer_id: buyer, shares }), ctx.newId('request'))
}

function usd(amount: number) {
  return { amount: `${amount}`, currency: 'USD' as const }
}

const sums = new Map<number, Float64Array>()

// Exponent one: the n-th party comes up a n-th as often as the first.
function zipf(from: readonly Party[]): Party {
  const known = sums.get(from.length) ?? harmonics(from.length)
  sums.set(from.length, known)
  const wanted = Math.random() * (known.at(-1) ?? 0)
  let [low, high] = [0, from.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((known[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return at(from, low)
}

function harmonics(count: number): Float64Array {
  let sum = 0
  return Float64Array.from({ length: count }, (_, index) => (sum += 1 / (index + 1)))
}

function at(from: readonly Party[], index: number): Party {
  const party = from[Math.max(0, index)]
  if (party === undefined) throw new Error('the market has parties')
  return party
}
