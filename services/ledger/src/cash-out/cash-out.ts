import type { Id } from '@draupnir/ids'
import { type Money, money, subtract } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { CashOutSchedule } from '@draupnir/wire'
import type { Earning } from '../settlement/earning.ts'

/** What of a released settlement leg is cashed out. */
export type CashOutLeg = Earning

/** Funds of a party that are to be paid out. */
export interface CashOut {
  readonly id: Id<'cashOut'>
  readonly partyId: Id<'party'>
  readonly amount: Money
  readonly policy: CashOutSchedule
  /** `requested` funds are promised, though still in the available balance; `reserved` ones have left it. */
  readonly state: 'requested' | 'reserved' | 'paid_out' | 'failed'
  readonly failure: string | null
  readonly payoutId: Id<'payout'> | null
  readonly legs: readonly CashOutLeg[]
  readonly requestedBy: string
  readonly requestedAt: Instant
  readonly endedAt: Instant | null
}

/** What a party holds in one currency that bears on its cash-outs. */
export interface Holdings {
  /** What may be moved out of its available balance. */
  readonly available: Money
  /** In cash-outs whose funds still lie in the available balance. */
  readonly promised: Money
  /** What it owes the platform: kept back. */
  readonly owed: Money
}

/** What may be cashed out: never below zero. */
export function freeOf({ available, promised, owed }: Holdings): Money {
  const free = subtract(subtract(available, promised), owed)
  return free.amount > 0n ? free : money(0n, free.currency)
}

/** Takes an amount out of earnings, in their order; what they do not cover was earned by no settlement. */
export function takeEarnings(earnings: readonly Earning[], amount: Money): CashOutLeg[] {
  let open = amount.amount
  return earnings.flatMap((earning) => {
    const taken = open < earning.amount.amount ? open : earning.amount.amount
    open -= taken
    return taken === 0n ? [] : [{ ...earning, amount: money(taken, amount.currency) }]
  })
}

/** The ledger has put the funds in transit; null when that is known. */
export function reserve(cashOut: CashOut, payoutId: Id<'payout'>): CashOut | null {
  return cashOut.state === 'requested' ? { ...cashOut, state: 'reserved', payoutId } : null
}

/** The bank executed it. */
export function payOut(cashOut: CashOut, at: Instant): CashOut | null {
  return cashOut.state === 'reserved' ? { ...cashOut, state: 'paid_out', endedAt: at } : null
}

/** It did not arrive, or was sent back after all: what it took is free again. */
export function fail(cashOut: CashOut, reason: string, at: Instant): CashOut | null {
  return cashOut.state === 'failed' ? null : { ...cashOut, state: 'failed', failure: reason, endedAt: at }
}
