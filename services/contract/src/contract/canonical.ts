import { decimal, formatDecimal } from '@draupnir/money'
import type { ContractLine, Price } from '@draupnir/wire'
import type { Effect } from './operation.ts'

/** The effect with every number written in one way, so that equal edits compare equal. */
export function canonical(effect: Effect): Effect {
  const { operation, payload } = effect
  switch (operation) {
    case 'create':
      return {
        operation,
        payload: { ...payload, platform_fee_rate: plain(payload.platform_fee_rate), tax_rate: plain(payload.tax_rate) },
      }
    case 'add_line':
      return { operation, payload: { line: lineOf(payload.line) } }
    case 'change_quantity':
      return { operation, payload: { ...payload, quantity: plain(payload.quantity) } }
    case 'reprice_line':
      return { operation, payload: { ...payload, price: priceOf(payload.price) } }
    case 'set_discount':
      return { operation, payload: { ...payload, discount_rate: plain(payload.discount_rate) } }
    case 'set_terms':
      return {
        operation,
        payload: payload.tax_rate === undefined ? payload : { ...payload, tax_rate: plain(payload.tax_rate) },
      }
    case 'set_splits': {
      const splits = payload.splits.map((split) => ({ ...split, rate: plain(split.rate) }))
      return { operation, payload: { platform_fee_rate: plain(payload.platform_fee_rate), splits } }
    }
    default:
      return { operation, payload } as Effect
  }
}

function lineOf(line: ContractLine): ContractLine {
  const { quantity, price, discount_rate } = line
  return { ...line, quantity: plain(quantity), price: priceOf(price), discount_rate: plain(discount_rate) }
}

function priceOf(price: Price): Price {
  const unit = (one: Price['unit_price']) => ({ ...one, amount: plain(one.amount) })
  if (price.type !== 'usage' || price.tiers === undefined) return { ...price, unit_price: unit(price.unit_price) }
  const tiers = price.tiers.map((tier) => ({ up_to: plain(tier.up_to), unit_price: unit(tier.unit_price) }))
  return { ...price, unit_price: unit(price.unit_price), tiers }
}

function plain(text: string): string {
  return formatDecimal(decimal(text))
}
