import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { add, allocate, compare, type Decimal, type Money, sum, zero } from '@draupnir/money'

export interface SplitLine {
  readonly lineId: Id<'invoiceLine'>
  readonly sellerId: Id<'party'>
  readonly amount: Money
}

export interface LineShare extends SplitLine {
  readonly fee: Money
  readonly net: Money
}

export type Share =
  | { readonly kind: 'seller_net'; readonly partyId: Id<'party'>; readonly amount: Money }
  | { readonly kind: 'platform_fee'; readonly partyId: null; readonly amount: Money }

/** Who gets what of a paid invoice: by line, and summed to one share for each seller and one for the platform. */
export interface Split {
  readonly lines: readonly LineShare[]
  readonly shares: readonly Share[]
}

/**
 * Splits each line into the platform's fee and the seller's net: nearest minor unit, a tie goes to the seller.
 * Shares of zero are left out. Refuses lines that do not sum to `total`, and a party that would owe.
 */
export function split(total: Money, lines: readonly SplitLine[], feeRate: Decimal): Split {
  const whole = sum(
    lines.map((line) => line.amount),
    total.currency,
  )
  if (compare(whole, total) !== 0) {
    refuse('ledger.invoice-unbalanced', { total: total.amount.toString(), lines: whole.amount.toString() })
  }
  const shared = lines.map((line) => shareLine(line, feeRate))
  const shares = [...sellerShares(shared), platformShare(shared, total)].filter((share) => share.amount.amount !== 0n)
  for (const share of shares) {
    if (share.amount.amount < 0n) refuse('ledger.split-negative', { kind: share.kind, party_id: share.partyId })
  }
  return { lines: shared, shares }
}

function shareLine(line: SplitLine, rate: Decimal): LineShare {
  const one = 10n ** BigInt(rate.scale)
  const [net = line.amount, fee = zero(line.amount.currency)] = allocate(line.amount, [one - rate.units, rate.units])
  return { ...line, net, fee }
}

function sellerShares(lines: readonly LineShare[]): Share[] {
  const nets = new Map<Id<'party'>, Money>()
  for (const { sellerId, net } of lines) nets.set(sellerId, add(nets.get(sellerId) ?? zero(net.currency), net))
  return [...nets].map(([partyId, amount]) => ({ kind: 'seller_net', partyId, amount }))
}

function platformShare(lines: readonly LineShare[], total: Money): Share {
  const fees = lines.map((line) => line.fee)
  return { kind: 'platform_fee', partyId: null, amount: sum(fees, total.currency) }
}
