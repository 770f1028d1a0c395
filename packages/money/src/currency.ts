import { refuse } from '@draupnir/errors'

/** Supported currencies and the number of decimals of their minor unit (ISO 4217; USDC as on chain). */
export const CURRENCIES = {
  AUD: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  INR: 2,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  NOK: 2,
  SEK: 2,
  SGD: 2,
  USD: 2,
  USDC: 6,
} as const

export type Currency = keyof typeof CURRENCIES

export function isCurrency(text: string): text is Currency {
  return Object.hasOwn(CURRENCIES, text)
}

/** Reads a currency code. Refuses `money.currency-unknown`. */
export function currency(text: string): Currency {
  return isCurrency(text) ? text : refuse('money.currency-unknown', { value: text.slice(0, 8) })
}

/** Decimals between the major and the minor unit: 2 for USD. */
export function exponent(code: Currency): number {
  return CURRENCIES[code]
}
