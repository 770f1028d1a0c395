import { assert, required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { allocate, type Money, money } from '@draupnir/money'
import { account } from '../account/account.ts'
import { recourseAccount, type Source } from '../recipe/recourse.ts'
import { type Leg, type Settlement, standing } from '../settlement/settlement.ts'
import type { Purse } from './purse.ts'

/** A part of a leg that is taken back, and from where. */
export interface Taken {
  readonly legId: Id<'settlementLeg'>
  readonly source: Source
  readonly amount: Money
}

/**
 * Takes a part of a payment back, by its stored legs: in proportion to what stands of each, so that the whole takes each
 * leg whole. What is still seasoning goes first, then what its party has available; what it has not it owes.
 */
export function unwindPayment(
  settlement: Settlement,
  collectionId: Id<'collection'>,
  amount: Money,
  purse: Purse,
): Taken[] {
  const legs = settlement.legs.filter((leg) => leg.collectionId === collectionId)
  const weights = legs.map((leg) => standing(leg).amount)
  assert(amount.amount <= weights.reduce((a, b) => a + b, 0n), 'no more is taken back than stands')
  const parts = allocate(amount, weights)
  return legs.flatMap((leg, index) => takeLeg(leg, required(parts[index], 'a part for each leg'), purse))
}

function takeLeg(leg: Leg, part: Money, purse: Purse): Taken[] {
  const taken: Taken[] = []
  let open = part.amount
  const take = (source: Source, amount: bigint) => {
    open -= amount
    if (amount > 0n) taken.push({ legId: leg.id, source, amount: money(amount, part.currency) })
  }
  const { partyId } = leg
  if (partyId === null) take(platformSource(leg), open)
  else {
    const holding = holdingSource(leg, partyId)
    if (leg.state === 'seasoning') take(holding, purse.take(recourseAccount(holding, part.currency), open))
    const available = account.available(partyId, part.currency)
    take({ from: 'released', party_id: partyId }, purse.take(available, open))
    take({ from: 'receivable', party_id: partyId }, open)
  }
  return taken
}

function platformSource({ to }: Leg): Source {
  return { from: to.name === 'tax_payable' ? 'tax_payable' : 'fee_revenue', party_id: null }
}

function holdingSource({ to }: Leg, partyId: Id<'party'>): Source {
  return { from: to.name === 'holding' ? 'holding' : 'pay_in_holding', party_id: partyId }
}
