import { refuse } from '@draupnir/errors'
import {
  allocate,
  type Currency,
  decimal,
  divide,
  fromWire,
  money,
  multiplyDecimals,
  sum,
  toWire,
  type WireMoney,
} from '@draupnir/money'
import { addDuration, duration, type Instant } from '@draupnir/time'
import type { Financing } from '@draupnir/wire'

/** What is asked for: the schedule follows from it. */
export interface FinancingPlan {
  readonly principal: WireMoney
  readonly down_payment: WireMoney
  readonly apr: string
  readonly installments: number
  readonly first_due_at: Instant
}

const MONTH = duration('P1M')
const MONTHS = 12n

/**
 * Equal parts of the principal, monthly on the calendar of `zone`, each with a twelfth of the yearly interest on what
 * is still owed, half away from zero.
 */
export function schedule(plan: FinancingPlan, zone: string): Financing {
  const { principal, down_payment, apr, installments: count, first_due_at } = plan
  const total = fromWire(principal)
  const financed = money(total.amount - fromWire(down_payment).amount, total.currency)
  if (financed.amount <= 0n)
    refuse('contract.financing-unbalanced', { principal: principal.amount, down_payment: down_payment.amount })
  let owed = financed.amount
  const installments = allocate(
    financed,
    Array.from({ length: count }, () => 1n),
  ).map((part, index) => {
    const interest = monthOf(owed, apr)
    owed -= part.amount
    return {
      due_at: addDuration(first_due_at, MONTH, index, zone),
      principal: toWire(part),
      interest: toWire(money(interest, total.currency)),
    }
  })
  return { principal, down_payment, apr, installments }
}

/** Refuses a schedule that does not sum to the principal, to the cent, or is not in order or in the currency. */
export function requireBalanced({ principal, down_payment, installments }: Financing, currency: Currency): void {
  const parts = [down_payment, ...installments.map((one) => one.principal)]
  const all = [principal, ...parts, ...installments.map((one) => one.interest)]
  const foreign = all.find((one) => one.currency !== currency)
  if (foreign !== undefined) refuse('contract.currency-mismatch', { contract: currency, price: foreign.currency })
  const negative = all.some((one) => fromWire(one).amount < 0n)
  const ordered = installments.every((one, i) => i === 0 || one.due_at > (installments[i - 1]?.due_at ?? ''))
  if (negative || !ordered || sum(parts.map(fromWire), currency).amount !== fromWire(principal).amount)
    refuse('contract.financing-unbalanced', { principal: principal.amount, down_payment: down_payment.amount })
}

function monthOf(owed: bigint, apr: string): bigint {
  const { units, scale } = multiplyDecimals({ units: owed, scale: 0 }, decimal(apr))
  return divide(units, MONTHS * 10n ** BigInt(scale), 'half_away_from_zero')
}
