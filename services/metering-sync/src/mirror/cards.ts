import type { Id } from '@draupnir/ids'
import { decimal, exponent, formatDecimal, multiplyDecimals, toInteger, toMajor } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { ContractLine, Price } from '@draupnir/wire'

/** A rate card of OpenMeter; its key is stable for a line, so a price change is the same key with other terms. */
export type RateCard = FlatCard | UsageCard

/** Who buys, and since when: one item of OpenMeter is of one buyer. */
export interface Bought {
  readonly by: Id<'party'>
  readonly since: Instant
}

interface Card {
  readonly key: string
  readonly name: string
  readonly description: string
  readonly lineId: Id<'contractLine'>
  readonly bought: Bought
  /** Per cent off, `12.5` is 12.5 %. */
  readonly discount: string
}

export interface FlatCard extends Card {
  readonly kind: 'flat'
  readonly cadence: string | null
  readonly amount: string
}

export interface UsageCard extends Card {
  readonly kind: 'usage'
  readonly cadence: string
  /** Of every GPU-hour, or of those beyond the last tier. */
  readonly unitAmount: string
  /** Graduated, ascending. */
  readonly tiers: readonly { readonly upTo: string; readonly unitAmount: string }[]
}

/** Feature and rate-card key of a usage line; flat lines use the line's id itself. */
export function usageKey(lineId: string): string {
  return `u_${lineId}`
}

export function rateCardOf(line: ContractLine, cadence: string, bought: Bought): RateCard {
  const discount = formatDecimal(multiplyDecimals(decimal(line.discount_rate), decimal('100')))
  const description = `line:${line.id} buyer:${bought.by}`
  const unit = { name: line.description, description, lineId: line.id, bought, discount }
  const { price } = line
  switch (price.type) {
    case 'flat_recurring':
      return { kind: 'flat', key: line.id, ...unit, cadence, amount: flatAmount(line) }
    case 'flat_once':
      return { kind: 'flat', key: line.id, ...unit, cadence: null, amount: flatAmount(line) }
    case 'usage': {
      const tiers = (price.tiers ?? []).map((tier) => ({
        upTo: formatDecimal(decimal(tier.up_to)),
        unitAmount: majorPrice(tier.unit_price),
      }))
      return {
        kind: 'usage',
        key: usageKey(line.id),
        ...unit,
        cadence,
        unitAmount: majorPrice(price.unit_price),
        tiers,
      }
    }
  }
}

/** What a card costs, in words that are equal exactly when OpenMeter bills the same. */
export function termsOf(card: RateCard): string {
  const price = card.kind === 'flat' ? flatTerms(card.amount) : usageTerms(card.unitAmount, card.tiers)
  return withDiscount(price, card.discount)
}

export function flatTerms(amount: string): string {
  return `flat ${plain(amount)}`
}

export function usageTerms(unitAmount: string, tiers: UsageCard['tiers'] = []): string {
  return [...tiers.map((tier) => `up to ${plain(tier.upTo)} at ${plain(tier.unitAmount)}`), plain(unitAmount)].join(
    ', ',
  )
}

export function withDiscount(price: string, discount: string): string {
  return plain(discount) === '0' ? price : `${price} less ${plain(discount)} %`
}

function plain(amount: string): string {
  return formatDecimal(decimal(amount))
}

// Rate cards carry no quantity: the amount is quantity × unit price, in major units.
function flatAmount(line: ContractLine): string {
  const { amount, currency } = line.price.unit_price
  const minor = toInteger(multiplyDecimals(decimal(amount), decimal(line.quantity)), 'half_away_from_zero')
  return toMajor({ amount: minor, currency })
}

function majorPrice({ amount, currency }: Price['unit_price']): string {
  const minor = decimal(amount)
  return formatDecimal({ units: minor.units, scale: minor.scale + exponent(currency) })
}
