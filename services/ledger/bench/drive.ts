import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '@draupnir/ids'
import { msBetween } from '@draupnir/time'
import { listBalances } from '../src/account/account.store.ts'
import { account } from '../src/account/account.ts'
import { expirePending } from '../src/transaction/expire-pending.ts'
import type { Gatherer } from '../src/transaction/gatherer.ts'
import type { Outcome, Request } from '../src/transaction/reduce.ts'
import type { Draft } from '../src/transaction/transaction.ts'
import { transfer } from './baseline.ts'
import { type Market, wallClock } from './books.ts'
import { EXPIRES_MS, type Workload } from './workloads.ts'

// As often as the service sweeps.
const SWEEP_MS = 1_000

export interface Measured {
  /** Transactions accepted a second; ends of pending ones count with their booking. */
  readonly tps: number
  readonly accepted: number
  readonly replayed: number
  readonly p50: number
  readonly p99: number
  readonly reads: number
}

export interface Drive {
  readonly market: Market
  readonly workload: Workload
  readonly clients: number
  readonly seconds: number
  /** Transactions in one call. */
  readonly batch: number
}

/** Every client asks, waits for its answer and asks again. */
export async function closedLoop(drive: Drive, gatherer: Gatherer): Promise<Measured> {
  return measure(drive, (drafts) => engineCall(drive, gatherer, drafts))
}

/** The same with the textbook: a hold and its end are two transfers, a repeat is another try under the same key. */
export async function baselineLoop(drive: Drive): Promise<Measured> {
  const { textbook } = drive.market.database
  const { twoPhase, repeats } = drive.workload
  let calls = 0
  return measure({ ...drive, batch: 1 }, async ([draft]) => {
    if (draft === undefined) return { accepted: 0, replayed: 0 }
    calls += 1
    await transfer(textbook, draft)
    if (twoPhase === true && !expires(draft)) {
      await transfer(textbook, { ...draft, id: newId('transaction', wallClock()), cause: `end-${draft.cause}` })
    }
    if (repeats !== undefined && calls % 100 < repeats.exact + repeats.conflicting) await transfer(textbook, draft)
    return { accepted: 1, replayed: 0 }
  })
}

/** Calls at a fixed rate, whatever the answers take. */
export async function openLoop(drive: Drive, gatherer: Gatherer, perSecond: number): Promise<Measured> {
  const taken: number[] = []
  const total = Math.floor(perSecond * drive.seconds)
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const began = performance.now()
  for (let made = 0; made < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1_000) * perSecond))
    for (; made < due; made += 1) {
      const scheduled = began + (made / perSecond) * 1_000
      const draft = drive.workload.next(drive.market, drive.market.context())
      engineCall(drive, gatherer, [draft]).then(() => {
        taken.push(performance.now() - scheduled)
        if (taken.length === total) resolve()
      }, reject)
    }
    await delay(1)
  }
  await done
  return figures(taken, { accepted: total, replayed: 0, reads: 0 }, performance.now() - began)
}

type Call = (drafts: readonly Draft[]) => Promise<{ accepted: number; replayed: number }>

async function measure(drive: Drive, call: Call): Promise<Measured> {
  const { market, workload, clients, seconds, batch } = drive
  const taken: number[] = []
  const sum = { accepted: 0, replayed: 0, reads: 0 }
  const began = performance.now()
  const end = began + seconds * 1_000
  const client = async () => {
    let calls = 0
    while (performance.now() < end) {
      const ctx = market.context()
      const drafts = Array.from({ length: batch }, () => workload.next(market, ctx))
      const asked = performance.now()
      const done = await call(drafts)
      taken.push(performance.now() - asked)
      sum.accepted += done.accepted
      sum.replayed += done.replayed
      calls += 1
      if (workload.readEvery !== undefined && calls % workload.readEvery === 0) {
        const party = drafts[0]?.postings[0]?.debit.owner
        if (party !== undefined && party !== 'platform') {
          await listBalances(ctx, { ref: account.committed(party, 'USD').ref, after: null, limit: 1 })
        }
        sum.reads += 1
      }
    }
  }
  let ms = 0
  const work = async () => {
    await Promise.all(Array.from({ length: clients }, client))
    ms = performance.now() - began
  }
  await (workload.twoPhase === true ? sweeping(market, work) : work())
  return figures(taken, sum, ms)
}

let calls = 0

async function engineCall({ market, workload }: Drive, gatherer: Gatherer, drafts: readonly Draft[]) {
  const ctx = market.context()
  const requests = drafts.map((draft): Request => ({ type: 'book', draft }))
  const booked = await gatherer.submit(ctx, requests)
  const counts = { accepted: count(booked, 'accepted'), replayed: 0 }
  if (counts.accepted !== drafts.length) throw new Error(`refused: ${JSON.stringify(booked[0])}`)
  calls += 1
  if (workload.repeats !== undefined && calls % 100 < workload.repeats.exact) {
    counts.replayed += count(await gatherer.submit(ctx, requests), 'replayed')
  }
  if (workload.repeats !== undefined && calls % 100 < workload.repeats.conflicting) {
    const conflicting = drafts.map((draft): Request => ({ type: 'book', draft: { ...draft, reference: 'other' } }))
    const outcomes = await gatherer.submit(ctx, conflicting)
    if (outcomes.some((it) => it.type !== 'refused')) throw new Error('a conflicting replay was not refused')
  }
  if (workload.twoPhase === true) await endPending(gatherer, ctx, drafts)
  return counts
}

// Of a hundred: eighty are posted, fifteen voided, and five left to expire, which is when the sweep voids them.
async function endPending(gatherer: Gatherer, ctx: Parameters<Gatherer['submit']>[0], drafts: readonly Draft[]) {
  const ends = drafts.flatMap((draft, index): Request[] => {
    if (expires(draft)) return []
    const { id, cause } = draft
    const type = (calls + index) % 95 < 80 ? 'settle' : 'void'
    return [{ type, target: { id }, cause: `end-${cause}` }]
  })
  if (ends.length === 0) return
  const outcomes = await gatherer.submit(ctx, ends)
  if (count(outcomes, 'accepted') !== ends.length) throw new Error('a pending transaction was not ended')
}

function expires({ expiresAt }: Draft): boolean {
  return expiresAt !== null && msBetween(wallClock(), expiresAt) <= EXPIRES_MS
}

// What the service does by a timer: voids whatever has expired, while clients work and once after they have ended.
async function sweeping({ database: { db }, context }: Market, work: () => Promise<unknown>): Promise<void> {
  const sweep = () => {
    const { now, log } = context()
    return expirePending({ db, now, log, forTenant: () => context() })
  }
  let working = true
  const sweeps = (async () => {
    while (working) {
      await delay(SWEEP_MS)
      await sweep()
    }
  })()
  await work().finally(() => {
    working = false
  })
  await sweeps
  await delay(EXPIRES_MS)
  await sweep()
}

function count(outcomes: readonly Outcome[], type: Outcome['type']): number {
  return outcomes.filter((outcome) => outcome.type === type).length
}

/** The figures of a run out of how long each call took. */
export function figures(taken: number[], sum: Pick<Measured, 'accepted' | 'replayed' | 'reads'>, ms: number): Measured {
  taken.sort((a, b) => a - b)
  const quantile = (q: number) =>
    Math.round((taken[Math.min(taken.length - 1, Math.floor(taken.length * q))] ?? 0) * 100) / 100
  return { tps: Math.round(sum.accepted / (ms / 1_000)), p50: quantile(0.5), p99: quantile(0.99), ...sum }
}
