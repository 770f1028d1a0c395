import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import { type Account, account } from '../account/account.ts'
import type { LineShare, Share, Split } from './split.ts'

export type LegState = 'seasoning' | 'booked' | 'released'

/** One share of a settlement on its way: a tranche with a maturity of its own, or booked at once. */
export interface Leg {
  readonly id: Id<'settlementLeg'>
  readonly kind: Share['kind']
  readonly from: Account
  readonly to: Account
  readonly partyId: Id<'party'> | null
  readonly amount: Money
  readonly state: LegState
  readonly dueAt: Instant | null
  readonly transactionId: Id<'transaction'>
  readonly releasedBy: Id<'transaction'> | null
  readonly releasedAt: Instant | null
}

export interface Settlement {
  readonly id: Id<'settlement'>
  readonly invoiceId: Id<'invoice'>
  readonly contractId: Id<'contract'>
  readonly buyerId: Id<'party'>
  readonly gross: Money
  /** The split of each line, as it was computed: an undo takes exactly this. */
  readonly lines: readonly LineShare[]
  readonly state: 'seasoning' | 'completed'
  readonly openedAt: Instant
  readonly completedAt: Instant | null
  readonly legs: readonly Leg[]
}

export interface OpenSettlement extends Pick<Settlement, 'id' | 'invoiceId' | 'contractId' | 'buyerId' | 'gross'> {
  readonly split: Split
  readonly legIds: readonly Id<'settlementLeg'>[]
  readonly transactionId: Id<'transaction'>
  readonly openedAt: Instant
  readonly maturesAt: Instant
}

/** A settlement whose sellers' legs season until `maturesAt`; it is complete at once when there is none. */
export function openSettlement({ split, legIds, transactionId, maturesAt, ...rest }: OpenSettlement): Settlement {
  const legs = split.shares.map((share, index) => ({
    id: required(legIds[index], 'one id for each leg'),
    kind: share.kind,
    from: account.committed(rest.buyerId, share.amount.currency),
    ...destination(share, maturesAt),
    partyId: share.partyId,
    amount: share.amount,
    transactionId,
    releasedBy: null,
    releasedAt: null,
  }))
  return completeIfDone({ ...rest, lines: split.lines, legs, state: 'seasoning', completedAt: null }, rest.openedAt)
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
  return completeIfDone({ ...settlement, legs }, at)
}

function completeIfDone(settlement: Settlement, at: Instant): Settlement {
  const waiting = settlement.legs.some((leg) => leg.state === 'seasoning')
  return waiting ? settlement : { ...settlement, state: 'completed', completedAt: at }
}

function destination(share: Share, maturesAt: Instant): Pick<Leg, 'to' | 'state' | 'dueAt'> {
  return share.kind === 'seller_net'
    ? { to: account.payInHolding(share.partyId, share.amount.currency), state: 'seasoning', dueAt: maturesAt }
    : { to: account.feeRevenue(share.amount.currency), state: 'booked', dueAt: null }
}
