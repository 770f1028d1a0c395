import { refuse, required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { add, allocate, compare, type Decimal, type Money, sum, zero } from '@draupnir/money'

export interface SplitLine {
  readonly lineId: Id<'invoiceLine'>
  readonly sellerId: Id<'party'>
  readonly amount: Money
}

/** In which role somebody else than seller and platform has a share. */
export type SplitKind = 'partner' | 'referral' | 'host'

/** A part of each line that the contract gives to somebody else. */
export interface SplitRate {
  readonly kind: SplitKind
  readonly partyId: Id<'party'>
  readonly rate: Decimal
}

export interface OtherShare {
  readonly kind: SplitKind
  readonly partyId: Id<'party'>
  readonly amount: Money
}

export interface LineShare extends SplitLine {
  readonly fee: Money
  readonly net: Money
  readonly others: readonly OtherShare[]
}

export type Share =
  | { readonly kind: 'seller_net' | SplitKind; readonly partyId: Id<'party'>; readonly amount: Money }
  | { readonly kind: 'platform_fee'; readonly partyId: null; readonly amount: Money }

/** Who gets what of a paid invoice: by line, and summed to one share for each party in each role and one for the platform. */
export interface Split {
  readonly lines: readonly LineShare[]
  readonly shares: readonly Share[]
}

/**
 * Splits each line into the seller's net, the platform's fee and the shares of others, by largest remainder; a tie goes to
 * the seller. Shares of zero are left out. Refuses lines that do not sum to `total`, and a party that would owe.
 */
export function split(
  total: Money,
  lines: readonly SplitLine[],
  feeRate: Decimal,
  rates: readonly SplitRate[] = [],
): Split {
  const whole = sum(
    lines.map((line) => line.amount),
    total.currency,
  )
  if (compare(whole, total) !== 0) {
    refuse('ledger.invoice-unbalanced', { total: total.amount.toString(), lines: whole.amount.toString() })
  }
  const weights = weightsOf(feeRate, rates)
  const shared = lines.map((line) => shareLine(line, weights, rates))
  const shares = [...partyShares(shared), platformShare(shared, total)].filter((share) => share.amount.amount !== 0n)
  for (const share of shares) {
    if (share.amount.amount < 0n) refuse('ledger.split-negative', { kind: share.kind, party_id: share.partyId })
  }
  return { lines: shared, shares }
}

/** What the seller, the platform and each of the others weigh. */
function weightsOf(feeRate: Decimal, rates: readonly SplitRate[]): bigint[] {
  const all = [feeRate, ...rates.map(({ rate }) => rate)]
  const scale = all.reduce((most, rate) => Math.max(most, rate.scale), 0)
  const taken = all.map((rate) => rate.units * 10n ** BigInt(scale - rate.scale))
  const left = taken.reduce((left, weight) => left - weight, 10n ** BigInt(scale))
  if (left < 0n) refuse('ledger.split-negative', { kind: 'seller_net', party_id: null })
  return [left, ...taken]
}

function shareLine(line: SplitLine, weights: readonly bigint[], rates: readonly SplitRate[]): LineShare {
  const [net = line.amount, fee = zero(line.amount.currency), ...parts] = allocate(line.amount, weights)
  const others = rates.map(({ kind, partyId }, index) => ({
    kind,
    partyId,
    amount: required(parts[index], 'a part for each rate'),
  }))
  return { ...line, net, fee, others }
}

/** One share for each seller, then for each other party in each of its roles. */
function partyShares(lines: readonly LineShare[]): Share[] {
  const nets = lines.map(({ sellerId, net }) => ({ kind: 'seller_net' as const, partyId: sellerId, amount: net }))
  const shares = new Map<string, Share>()
  for (const part of [...nets, ...lines.flatMap((line) => line.others)]) {
    const key = `${part.kind} ${part.partyId}`
    const before = shares.get(key)?.amount ?? zero(part.amount.currency)
    shares.set(key, { ...part, amount: add(before, part.amount) })
  }
  return [...shares.values()]
}

function platformShare(lines: readonly LineShare[], total: Money): Share {
  const fees = lines.map((line) => line.fee)
  return { kind: 'platform_fee', partyId: null, amount: sum(fees, total.currency) }
}
