import { crc32 } from 'node:zlib'
import { unreachable } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import type { Account } from './account.ts'
import { CHART, type Side } from './chart.ts'

/** What an account holds, in minor units: turnover on both sides, booked and pending. */
export interface Balance {
  readonly account: Account
  readonly postedDebits: bigint
  readonly postedCredits: bigint
  readonly pendingDebits: bigint
  readonly pendingCredits: bigint
  /** Grows by one with each transaction that touches the account. */
  readonly version: bigint
  /** Nothing moves in a frozen account, nothing new in a closed one. */
  readonly state: 'open' | 'frozen' | 'closed'
  /** When a transaction last touched it; null before the first. */
  readonly changedAt: Instant | null
}

/** What happens to an amount on one side of an account. */
export type Movement = 'pending' | 'posted' | 'settled' | 'voided'

/** Turnover ends here: Postgres's `bigint`, with room for one more amount. */
export const MAX_TURNOVER = 9_000_000_000_000_000_000n

export function opened(account: Account): Balance {
  const nothing = { postedDebits: 0n, postedCredits: 0n, pendingDebits: 0n, pendingCredits: 0n, version: 0n }
  return { account, ...nothing, state: 'open', changedAt: null }
}

/** The booked balance, positive on the account's normal side. */
export function posted(balance: Balance): bigint {
  return normal(balance, balance.postedDebits, balance.postedCredits)
}

/** What the balance would change by if everything pending were booked. */
export function pending(balance: Balance): bigint {
  return normal(balance, balance.pendingDebits, balance.pendingCredits)
}

/** The booked balance less everything pending that would lower it: what may still be moved. */
export function available(balance: Balance): bigint {
  const { pendingDebits, pendingCredits } = balance
  return posted(balance) - (CHART[balance.account.name].normal === 'credit' ? pendingDebits : pendingCredits)
}

export function isWithinFloor(balance: Balance): boolean {
  const { floor } = CHART[balance.account.name]
  return floor === null || available(balance) >= floor
}

export function isWithinTurnover(balance: Balance): boolean {
  return balance.postedDebits <= MAX_TURNOVER && balance.postedCredits <= MAX_TURNOVER
}

/** The balance after `amount` moved on one side of it. The version is left to whoever applies a whole transaction. */
export function move(balance: Balance, side: Side, amount: bigint, movement: Movement): Balance {
  if (amount === 0n) return balance
  switch (movement) {
    case 'pending':
      return change(balance, side, 0n, amount)
    case 'posted':
      return change(balance, side, amount, 0n)
    case 'settled':
      return change(balance, side, amount, -amount)
    case 'voided':
      return change(balance, side, 0n, -amount)
    default:
      return unreachable(movement)
  }
}

/** Of what the account holds: tells a balance that was written by us from one that was changed by hand. */
export function checksumOf({ account, postedDebits, postedCredits, pendingDebits, pendingCredits, version }: Balance) {
  return crc32(`${account.ref}|${postedDebits}|${postedCredits}|${pendingDebits}|${pendingCredits}|${version}`)
}

function change(balance: Balance, side: Side, booked: bigint, held: bigint): Balance {
  return side === 'debit'
    ? { ...balance, postedDebits: balance.postedDebits + booked, pendingDebits: balance.pendingDebits + held }
    : { ...balance, postedCredits: balance.postedCredits + booked, pendingCredits: balance.pendingCredits + held }
}

function normal(balance: Balance, debits: bigint, credits: bigint): bigint {
  return CHART[balance.account.name].normal === 'credit' ? credits - debits : debits - credits
}
