import { addDecimals, type Decimal, decimal, negateDecimal } from '@draupnir/money'
import { text, ZERO } from '../shared/amount.ts'

/** Decimals as text, never with trailing zeros. Taxes are always zero: OpenMeter's core computes none. */
export interface Totals {
  readonly amount: string
  readonly chargesTotal: string
  readonly discountsTotal: string
  readonly creditsTotal: string
  readonly taxesInclusiveTotal: string
  readonly taxesExclusiveTotal: string
  readonly taxesTotal: string
  readonly total: string
}

export function totals(amount: Decimal, charges: Decimal, discounts: Decimal): Totals {
  return {
    amount: text(amount),
    chargesTotal: text(charges),
    discountsTotal: text(discounts),
    creditsTotal: '0',
    taxesInclusiveTotal: '0',
    taxesExclusiveTotal: '0',
    taxesTotal: '0',
    total: text(addDecimals(addDecimals(amount, charges), negateDecimal(discounts))),
  }
}

export function sumTotals(parts: readonly Totals[]): Totals {
  const sum = (field: keyof Totals) => parts.reduce((total, part) => addDecimals(total, decimal(part[field])), ZERO)
  return totals(sum('amount'), sum('chargesTotal'), sum('discountsTotal'))
}

export const NO_TOTALS: Totals = totals(ZERO, ZERO, ZERO)
