import { assert, refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { add, allocate, zero } from '@draupnir/money'
import { earliest, latest, type Period, periodMs } from '@draupnir/time'
import { type Tenure, tenuresOf } from '../contract/buyers.ts'
import type { BillingTerms } from './invoice.ts'
import type { RatedInvoice, RatedLine } from './rated-invoice.ts'

/** What one buyer owes of an invoice of OpenMeter. */
export interface Portion {
  readonly buyerId: Id<'party'>
  readonly period: Period
  readonly lines: readonly RatedLine[]
}

interface Owed {
  readonly buyerId: Id<'party'>
  readonly line: RatedLine
}

/**
 * The portions of everyone who bought in the period of an invoice, the first buyer's first; together they are its total.
 * Each line is of whoever had the contract as it began, for metering-sync ends every item at a transfer. A recurring fee
 * that runs on, because OpenMeter heard of the transfer late, is shared by the time.
 */
export function portionsOf(rated: RatedInvoice, terms: BillingTerms): Portion[] {
  for (const line of rated.lines) requireKnownBuyer(line, rated, terms)
  const owed = rated.lines.flatMap((line) => owedOf(line, terms))
  const total = owed.map(({ line }) => line.amount).reduce(add, zero(rated.total.currency))
  assert(total.amount === rated.total.amount, `lines of OpenMeter invoice ${rated.id} do not sum to its total`)
  const tenures = known(tenuresOf(terms.buyers, rated.period), rated.period, terms)
  const ids = [...new Set([...tenures, ...owed].map(({ buyerId }) => buyerId))]
  const portions = ids.map((buyerId) => ({
    buyerId,
    period: hull(tenures, buyerId, rated.period),
    lines: owed.filter((one) => one.buyerId === buyerId).map(({ line }) => line),
  }))
  const billed = portions.filter(({ lines }) => lines.length > 0)
  return billed.length > 0 ? billed : portions.slice(-1)
}

// OpenMeter may have heard of a transfer before we did: its event is still to come.
function requireKnownBuyer({ buyerId }: RatedLine, { id }: RatedInvoice, { contract, buyers }: BillingTerms): void {
  if (buyerId === null || [contract, ...buyers].some((one) => one.buyer_id === buyerId)) return
  refuse('billing.buyer-unknown', { openmeter_invoice_id: id, contract_id: contract.id, buyer_id: buyerId })
}

function owedOf(line: RatedLine, terms: BillingTerms): Owed[] {
  const tenures = known(tenuresOf(terms.buyers, line.period), line.period, terms)
  const [first] = tenures
  if (first === undefined) return []
  if (!line.recurring || tenures.length === 1) return [{ buyerId: first.buyerId, line }]
  const amounts = allocate(
    line.amount,
    tenures.map(({ period }) => BigInt(periodMs(period))),
  )
  return tenures.map(({ buyerId, period }, index) => {
    const amount = amounts[index] ?? zero(line.amount.currency)
    return { buyerId, line: { ...line, period, amount } }
  })
}

function known(tenures: readonly Tenure[], period: Period, { contract }: BillingTerms): readonly Tenure[] {
  return tenures.length > 0 ? tenures : [{ buyerId: contract.buyer_id, period }]
}

// Who bought twice in a period has one invoice for all of it.
function hull(tenures: readonly Tenure[], buyerId: Id<'party'>, whole: Period): Period {
  const [first, ...more] = tenures.filter((tenure) => tenure.buyerId === buyerId).map(({ period }) => period)
  if (first === undefined) return whole
  return {
    from: earliest(first.from, ...more.map(({ from }) => from)),
    to: latest(first.to, ...more.map(({ to }) => to)),
  }
}
