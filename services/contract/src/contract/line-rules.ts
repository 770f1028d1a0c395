import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { compareDecimals, decimal, MAX_AMOUNT, multiplyDecimals, toInteger } from '@draupnir/money'
import type { ContractLine, ContractState, Price } from '@draupnir/wire'
import { MAX_DEVICES, MAX_LINE_CHARACTERS, MAX_LINES } from './limits.ts'
import type { Payloads } from './operation.ts'

const ZERO = decimal('0')
const ONE = decimal('1')

export function mayAdd(state: ContractState, { line }: Payloads['add_line']): void {
  requireNotSuspended(state)
  if (state.lines.some(({ id }) => id === line.id)) refuse('contract.line-exists', { line_id: line.id })
  if (state.lines.length >= MAX_LINES) refuse('contract.too-many-lines', { limit: MAX_LINES })
  if (line.seller_id === state.buyer_id) refuse('contract.seller-is-buyer', { party_id: line.seller_id })
  if (compareDecimals(decimal(line.quantity), ZERO) <= 0)
    refuse('contract.quantity-not-positive', { quantity: line.quantity })
  requirePrice(state, line.price, line.quantity)
  requireDevices(state, line.id, line.device_ids)
  requireRoom([...state.lines, line])
}

export function mayRemove(state: ContractState, { line_id }: Payloads['remove_line']): void {
  requireNotSuspended(state)
  requireLine(state, line_id)
  if (state.lifecycle === 'active' && state.lines.length === 1) refuse('contract.last-line', { line_id })
}

export function mayChangeQuantity(state: ContractState, { line_id, quantity }: Payloads['change_quantity']): void {
  requireNotSuspended(state)
  requirePrice(state, requireLine(state, line_id).price, quantity)
}

export function mayReprice(state: ContractState, { line_id, price }: Payloads['reprice_line']): void {
  requireNotSuspended(state)
  const line = requireLine(state, line_id)
  if (line.price.type !== price.type) refuse('contract.price-type-fixed', { from: line.price.type, to: price.type })
  requirePrice(state, price, line.quantity)
  requireRoom(state.lines.map((one) => (one === line ? { ...one, price } : one)))
}

export function mayDiscount(state: ContractState, { line_id }: Payloads['set_discount']): void {
  requireNotSuspended(state)
  requireLine(state, line_id)
}

export function mayAssign(state: ContractState, { line_id, device_ids }: Payloads['assign_devices']): void {
  requireNotSuspended(state)
  requireLine(state, line_id)
  requireDevices(state, line_id, device_ids)
}

/** Refuses `contract.line-unknown`. */
export function requireLine(state: ContractState, id: Id<'contractLine'>): ContractLine {
  return state.lines.find((line) => line.id === id) ?? refuse('contract.line-unknown', { line_id: id })
}

/** Refuses `contract.lines-too-large`. */
export function requireRoom(lines: readonly ContractLine[]): void {
  const size = lines.reduce((sum, line) => sum + JSON.stringify({ ...line, device_ids: [] }).length, 0)
  if (size > MAX_LINE_CHARACTERS) refuse('contract.lines-too-large', { limit: MAX_LINE_CHARACTERS })
}

function requireNotSuspended(state: ContractState): void {
  if (state.lifecycle === 'suspended') refuse('contract.suspended', { contract_id: state.id })
}

function requirePrice(state: ContractState, price: Price, quantity: string): void {
  const tiers = price.type === 'usage' ? (price.tiers ?? []) : []
  const prices = [price.unit_price, ...tiers.map((tier) => tier.unit_price)]
  const foreign = prices.find(({ currency }) => currency !== state.currency)
  if (foreign !== undefined) refuse('contract.currency-mismatch', { contract: state.currency, price: foreign.currency })
  const units = decimal(quantity)
  if (price.type === 'usage' && compareDecimals(units, ONE) !== 0)
    refuse('contract.usage-quantity-not-one', { quantity })
  const bounds = tiers.map((tier) => decimal(tier.up_to))
  if (bounds.some((bound, index) => compareDecimals(bound, bounds[index - 1] ?? ZERO) <= 0))
    refuse('contract.tiers-not-ascending', { up_to: tiers.map((tier) => tier.up_to) })
  for (const { amount } of prices) {
    const total = toInteger(multiplyDecimals(decimal(amount), units), 'up')
    if (total > MAX_AMOUNT) refuse('money.invalid-amount', { amount: total.toString() })
  }
}

function requireDevices(state: ContractState, lineId: Id<'contractLine'>, ids: readonly Id<'device'>[]): void {
  if (new Set(ids).size !== ids.length) refuse('contract.device-repeated', {})
  const others = state.lines.filter((line) => line.id !== lineId).flatMap((line) => line.device_ids)
  if (others.length + ids.length > MAX_DEVICES) refuse('contract.too-many-devices', { limit: MAX_DEVICES })
  const held = new Set(others)
  const taken = ids.find((id) => held.has(id))
  if (taken !== undefined) refuse('contract.device-assigned', { device_id: taken, contract_id: state.id })
}
