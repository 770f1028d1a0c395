import { refuse } from '@draupnir/errors'
import { type Currency, exponent } from './currency.ts'
import { type Decimal, formatDecimal, toInteger } from './decimal.ts'
import type { Rounding } from './rounding.ts'

/** An exact amount in minor units (cents for USD). */
export interface Money {
  readonly amount: bigint
  readonly currency: Currency
}

/** Money on the wire: minor units as a decimal string. */
export interface WireMoney {
  readonly amount: string
  readonly currency: Currency
}

/** Postgres `bigint` and every partner's API end here. */
export const MAX_AMOUNT = 9_000_000_000_000_000n
const INTEGER = /^-?(0|[1-9]\d*)$/

/** An amount in minor units. Refuses `money.invalid-amount` beyond ±9·10^15. */
export function money(amount: bigint, currency: Currency): Money {
  if (amount > MAX_AMOUNT || amount < -MAX_AMOUNT)
    refuse('money.invalid-amount', { amount: amount.toString().slice(0, 40) })
  return { amount, currency }
}

export function zero(currency: Currency): Money {
  return { amount: 0n, currency }
}

/** Reads wire money. Refuses `money.invalid-amount`. */
export function fromWire(wire: WireMoney): Money {
  if (!INTEGER.test(wire.amount) || wire.amount.length > 20)
    refuse('money.invalid-amount', { amount: wire.amount.slice(0, 40) })
  return money(BigInt(wire.amount), wire.currency)
}

export function toWire(value: Money): WireMoney {
  return { amount: value.amount.toString(), currency: value.currency }
}

/** The sum. Refuses `money.currency-mismatch`. */
export function add(a: Money, b: Money): Money {
  return money(a.amount + sameCurrency(a, b).amount, a.currency)
}

/** `a - b`. Refuses `money.currency-mismatch`. */
export function subtract(a: Money, b: Money): Money {
  return money(a.amount - sameCurrency(a, b).amount, a.currency)
}

export function negate(a: Money): Money {
  return { amount: -a.amount, currency: a.currency }
}

export function sum(values: readonly Money[], currency: Currency): Money {
  return values.reduce(add, zero(currency))
}

/** -1, 0 or 1. Refuses `money.currency-mismatch`. */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  const difference = a.amount - sameCurrency(a, b).amount
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** `value × factor`, rounded to the minor unit by the named mode. */
export function multiply(value: Money, factor: Decimal, mode: Rounding): Money {
  return money(toInteger({ units: value.amount * factor.units, scale: factor.scale }, mode), value.currency)
}

/** `"1,250.00 USD"`, for people. */
export function formatMoney(value: Money): string {
  const scale = exponent(value.currency)
  const digits = (value.amount < 0n ? -value.amount : value.amount).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`
  return `${value.amount < 0n ? '-' : ''}${whole}${fraction} ${value.currency}`
}

/** The amount in major units, exactly: `"1250"`, `"12.5"`; how providers' APIs write decimals. */
export function toMajor(value: Money): string {
  return formatDecimal({ units: value.amount, scale: exponent(value.currency) })
}

/** Major units (`12.50`) to money, rounded to the minor unit by the named mode. */
export function fromMajor(value: Decimal, currency: Currency, mode: Rounding): Money {
  const shifted = value.units * 10n ** BigInt(exponent(currency))
  return money(toInteger({ units: shifted, scale: value.scale }, mode), currency)
}

function sameCurrency(a: Money, b: Money): Money {
  if (a.currency !== b.currency) refuse('money.currency-mismatch', { left: a.currency, right: b.currency })
  return b
}
