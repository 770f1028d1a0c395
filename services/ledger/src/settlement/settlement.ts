import { refuse, required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { add, allocate, compare, type Money, subtract, sum } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { type Account, account } from '../account/account.ts'
import type { Seasoning } from '../seasoning/seasoning.ts'
import type { LineShare, Share, Split } from './split.ts'

export type LegState = 'seasoning' | 'booked' | 'released' | 'reversed'

/** A part of a leg that was taken back, from which account, because of which pay-in. */
export interface LegReversal {
  readonly transactionId: Id<'transaction'>
  readonly payInId: Id<'payIn'>
  readonly from: Account
  readonly amount: Money
  readonly reversedAt: Instant
}

/** A part of one share, made by one payment, on its way: a tranche with a maturity of its own, or booked at once. */
export interface Leg {
  readonly id: Id<'settlementLeg'>
  /** Index of its share. */
  readonly share: number
  readonly collectionId: Id<'collection'>
  readonly kind: Share['kind']
  readonly from: Account
  readonly to: Account
  readonly partyId: Id<'party'> | null
  readonly amount: Money
  /** What of the amount was taken back. */
  readonly reversed: Money
  readonly state: LegState
  readonly dueAt: Instant | null
  /** What set its maturity at first; null for what needs no seasoning. */
  readonly seasoning: Omit<Seasoning, 'dueAt'> | null
  readonly transactionId: Id<'transaction'>
  readonly releasedBy: Id<'transaction'> | null
  readonly releasedAt: Instant | null
  readonly reversals: readonly LegReversal[]
}

/** A committed collection that was settled. */
export interface Payment {
  readonly collectionId: Id<'collection'>
  readonly amount: Money
  readonly reversed: Money
  readonly transactionId: Id<'transaction'>
  readonly settledAt: Instant
}

export interface Settlement {
  readonly id: Id<'settlement'>
  readonly invoiceId: Id<'invoice'>
  readonly contractId: Id<'contract'>
  readonly buyerId: Id<'party'>
  readonly gross: Money
  /** The split of each line and what each party gets of the whole, computed once: payments and undos follow it. */
  readonly lines: readonly LineShare[]
  readonly shares: readonly Share[]
  readonly state: 'seasoning' | 'awaiting_payment' | 'completed'
  readonly openedAt: Instant
  readonly completedAt: Instant | null
  readonly payments: readonly Payment[]
  readonly legs: readonly Leg[]
}

export interface OpenSettlement extends Pick<Settlement, 'id' | 'invoiceId' | 'contractId' | 'buyerId' | 'gross'> {
  readonly split: Split
  readonly openedAt: Instant
}

/** The settlement of an invoice that nothing is paid of yet. */
export function openSettlement({ split, ...rest }: OpenSettlement): Settlement {
  return { ...rest, ...split, payments: [], legs: [], state: 'awaiting_payment', completedAt: null }
}

/** What of a leg was not taken back. */
export function standing(leg: Pick<Leg, 'amount' | 'reversed'>): Money {
  return subtract(leg.amount, leg.reversed)
}

/** What was paid and not taken back. */
export function settled({ payments, gross }: Settlement): Money {
  return sum(payments.map(standing), gross.currency)
}

/** What is still to be paid of each share. */
export function openShares({ shares, legs }: Settlement): Money[] {
  return shares.map((share, index) => {
    const parts = legs.filter((leg) => leg.share === index).map(standing)
    return parts.reduce(subtract, share.amount)
  })
}

/** A share of one payment: a leg to be. */
export type Part = Share & { readonly share: number }

/**
 * Splits a payment over what is still open of each share: in proportion, by largest remainder, never more than is open;
 * the last payment takes exactly the rest. Refuses more than is open.
 */
export function partsOf(settlement: Settlement, amount: Money): Part[] {
  const open = openShares(settlement)
  const whole = sum(open, amount.currency)
  if (compare(amount, whole) > 0) {
    refuse('ledger.payment-exceeds-open', { amount: amount.amount.toString(), open: whole.amount.toString() })
  }
  const parts = allocate(
    amount,
    open.map((it) => it.amount),
  )
  return settlement.shares
    .map((share, index) => ({ ...share, share: index, amount: required(parts[index], 'a part for each share') }))
    .filter((part) => part.amount.amount > 0n)
}

export interface AddPayment extends Pick<Payment, 'collectionId' | 'amount' | 'transactionId' | 'settledAt'> {
  readonly parts: readonly Part[]
  readonly legIds: readonly Id<'settlementLeg'>[]
  /** What seasons by what, for each party that gets something. */
  readonly seasonings: ReadonlyMap<Id<'party'>, Seasoning>
}

/** The settlement with one more payment, whose parties' legs season as `seasonings` say. */
export function addPayment(settlement: Settlement, { parts, legIds, seasonings, ...payment }: AddPayment): Settlement {
  const { collectionId, amount, transactionId, settledAt } = payment
  const nothing = subtract(amount, amount)
  const legs = parts.map((part, index) => ({
    id: required(legIds[index], 'one id for each leg'),
    share: part.share,
    collectionId,
    kind: part.kind,
    from: account.committed(settlement.buyerId, amount.currency),
    ...destination(part, seasonings),
    partyId: part.partyId,
    amount: part.amount,
    reversed: nothing,
    transactionId,
    releasedBy: null,
    releasedAt: null,
    reversals: [],
  }))
  const payments = [...settlement.payments, { ...payment, reversed: nothing }]
  return restated({ ...settlement, payments, legs: [...settlement.legs, ...legs] }, settledAt)
}

/** The settlement after one leg was released. */
export function releaseLeg(
  settlement: Settlement,
  legId: Id<'settlementLeg'>,
  releasedBy: Id<'transaction'>,
  at: Instant,
): Settlement {
  const legs = settlement.legs.map((leg) =>
    leg.id === legId ? { ...leg, state: 'released' as const, releasedBy, releasedAt: at } : leg,
  )
  return restated({ ...settlement, legs }, at)
}

export interface ReversePayment {
  readonly collectionId: Id<'collection'>
  readonly amount: Money
  /** What is taken back of each leg; sums to the amount. */
  readonly parts: readonly (LegReversal & { readonly legId: Id<'settlementLeg'> })[]
  readonly at: Instant
}

/** The settlement after a part of a payment was taken back: that much of it, and of its shares, is open again. */
export function reversePayment(
  settlement: Settlement,
  { collectionId, amount, parts, at }: ReversePayment,
): Settlement {
  const payments = settlement.payments.map((payment) =>
    payment.collectionId === collectionId ? { ...payment, reversed: add(payment.reversed, amount) } : payment,
  )
  const legs = settlement.legs.map((leg) =>
    reverseLeg(
      leg,
      parts.filter((part) => part.legId === leg.id),
    ),
  )
  return restated({ ...settlement, payments, legs }, at)
}

function reverseLeg(leg: Leg, parts: readonly LegReversal[]): Leg {
  if (parts.length === 0) return leg
  const reversed = parts.map((part) => part.amount).reduce(add, leg.reversed)
  const reversals = parts.map(({ transactionId, payInId, from, amount, reversedAt }) => ({
    transactionId,
    payInId,
    from,
    amount,
    reversedAt,
  }))
  const after = { ...leg, reversed, reversals: [...leg.reversals, ...reversals] }
  return standing(after).amount === 0n ? { ...after, state: 'reversed' } : after
}

/** The state that payments and legs come to. */
function restated(settlement: Settlement, at: Instant): Settlement {
  const open = { ...settlement, completedAt: null }
  if (settlement.legs.some((leg) => leg.state === 'seasoning')) return { ...open, state: 'seasoning' }
  if (compare(settled(settlement), settlement.gross) < 0) return { ...open, state: 'awaiting_payment' }
  return { ...settlement, state: 'completed', completedAt: settlement.completedAt ?? at }
}

function destination(
  share: Share,
  seasonings: AddPayment['seasonings'],
): Pick<Leg, 'to' | 'state' | 'dueAt' | 'seasoning'> {
  if (share.kind === 'platform_fee') {
    return { to: account.feeRevenue(share.amount.currency), state: 'booked', dueAt: null, seasoning: null }
  }
  const holding = share.kind === 'seller_net' ? account.payInHolding : account.holding
  const to = holding(share.partyId, share.amount.currency)
  const { dueAt, ...seasoning } = required(seasonings.get(share.partyId), 'a seasoning for each party')
  return { to, state: 'seasoning', dueAt, seasoning }
}
