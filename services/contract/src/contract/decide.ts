import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { compareDecimals, decimal, formatDecimal, MAX_AMOUNT, multiplyDecimals, toInteger } from '@draupnir/money'
import { duration, type Instant, isTimeZone, periodAt } from '@draupnir/time'
import type { ContractLine, ContractState, Price } from '@draupnir/wire'
import type { Device } from '../device/device.ts'
import type { Party } from '../party/party.ts'
import type { Decision, Terms } from './contract.ts'
import { MAX_DEVICES, MAX_LINES } from './limits.ts'

export interface CreateContract extends Terms {
  readonly buyer_id: Id<'party'>
}

export interface AddLine {
  readonly seller_id: Id<'party'>
  readonly sku: string
  readonly description: string
  readonly quantity: string
  readonly price: Price
  readonly device_ids: readonly Id<'device'>[]
}

/** What else must be known to judge a line. */
export interface LineFacts {
  readonly seller: Party | null
  readonly devices: readonly Device[]
  /** Lines that hold one of the devices now, on whatever contract. */
  readonly holders: readonly { readonly device_id: Id<'device'>; readonly contract_id: Id<'contract'> }[]
}

export interface Activate {
  readonly billing_anchor: Instant | null
}

export type Terminate = { readonly cause: string } & (
  | { readonly when: 'now' }
  | { readonly when: 'period_end' }
  | { readonly when: 'at'; readonly at: Instant }
)

export function decideCreate(id: Id<'contract'>, input: CreateContract, buyer: Party | null, now: Instant): Decision {
  requireParty(buyer, input.buyer_id, 'buyer')
  if (!isTimeZone(input.time_zone)) refuse('contract.time-zone-unknown', { time_zone: input.time_zone })
  const { buyer_id, currency, cadence, net_days, collection_method, platform_fee_rate, time_zone } = input
  const rate = canonical(platform_fee_rate)
  return {
    operation: 'create',
    payload: { id, buyer_id, currency, cadence, net_days, collection_method, platform_fee_rate: rate, time_zone },
    ...taking(now),
  }
}

export function decideAddLine(
  state: ContractState,
  lineId: Id<'contractLine'>,
  input: AddLine,
  facts: LineFacts,
  now: Instant,
): Extract<Decision, { operation: 'add_line' }> {
  requireNotEnded(state)
  requireRoom(state, input)
  requireParty(facts.seller, input.seller_id, 'seller')
  if (input.seller_id === state.buyer_id) refuse('contract.seller-is-buyer', { party_id: input.seller_id })
  requirePrice(state, input)
  requireDevices(input, facts)
  return { operation: 'add_line', payload: { line: lineOf(lineId, input) }, ...taking(now) }
}

/** Null when the contract is active already, from the same anchor. */
export function decideActivate(state: ContractState, { billing_anchor }: Activate, now: Instant): Decision | null {
  requireNotEnded(state)
  if (state.lifecycle === 'active') {
    if (billing_anchor === null || billing_anchor === state.billing_anchor) return null
    refuse('contract.already-active', { contract_id: state.id, billing_anchor: state.billing_anchor })
  }
  if (state.lines.length === 0) refuse('contract.no-lines', { contract_id: state.id })
  const anchor = billing_anchor ?? now
  if (anchor > now) refuse('contract.billing-anchor-in-future', { billing_anchor: anchor, now })
  return { operation: 'activate', payload: { billing_anchor: anchor }, ...taking(now) }
}

/** Null when the contract ends at that moment already. `previous` is the termination that stands. */
export function decideTerminate(
  state: ContractState,
  input: Terminate,
  previous: Id<'contractEdit'> | null,
  now: Instant,
): Decision | null {
  requireNotEnded(state)
  const endsAt = endOf(state, input, now)
  if (endsAt < now) refuse('contract.end-in-past', { at: endsAt, now })
  if (state.lifecycle === 'draft' && endsAt > now) refuse('contract.not-active', { contract_id: state.id })
  if (state.ends_at === endsAt) return null
  if (state.ends_at !== null && state.ends_at < endsAt)
    refuse('contract.termination-scheduled', { ends_at: state.ends_at })
  return {
    operation: 'terminate',
    payload: { when: input.when },
    effective_at: endsAt,
    cause: input.cause,
    supersedes: previous,
  }
}

function endOf(state: ContractState, input: Terminate, now: Instant): Instant {
  if (input.when === 'now') return now
  if (input.when === 'at') return input.at
  if (state.billing_anchor === null) refuse('contract.not-active', { contract_id: state.id })
  return periodAt(state.billing_anchor, duration(state.cadence), now, state.time_zone).to
}

function requireNotEnded(state: ContractState): void {
  if (state.lifecycle === 'ended') refuse('contract.ended', { contract_id: state.id, ends_at: state.ends_at })
}

function requireRoom(state: ContractState, { device_ids }: AddLine): void {
  if (state.lines.length >= MAX_LINES) refuse('contract.too-many-lines', { limit: MAX_LINES })
  const devices = state.lines.reduce((count, line) => count + line.device_ids.length, device_ids.length)
  if (devices > MAX_DEVICES) refuse('contract.too-many-devices', { limit: MAX_DEVICES })
}

function requireParty(party: Party | null, id: Id<'party'>, role: 'buyer' | 'seller'): void {
  if (party === null) refuse(`contract.${role}-not-onboarded`, { party_id: id })
  if (!party.roles.includes(role)) refuse(`contract.${role}-role-missing`, { party_id: id, roles: party.roles })
}

function requirePrice(state: ContractState, { price, quantity }: AddLine): void {
  const { amount, currency } = price.unit_price
  if (currency !== state.currency) refuse('contract.currency-mismatch', { contract: state.currency, price: currency })
  const units = decimal(quantity)
  if (compareDecimals(units, decimal('0')) <= 0) refuse('contract.quantity-not-positive', { quantity })
  if (price.type === 'usage' && compareDecimals(units, decimal('1')) !== 0)
    refuse('contract.usage-quantity-not-one', { quantity })
  const total = toInteger(multiplyDecimals(decimal(amount), units), 'up')
  if (total > MAX_AMOUNT) refuse('money.invalid-amount', { amount: total.toString() })
}

function requireDevices({ seller_id, device_ids }: AddLine, { devices, holders }: LineFacts): void {
  if (new Set(device_ids).size !== device_ids.length) refuse('contract.device-repeated', {})
  const known = new Map(devices.map((device) => [device.id, device]))
  for (const id of device_ids) {
    const device = known.get(id)
    if (device === undefined) refuse('contract.device-unknown', { device_id: id })
    if (device.seller_id !== seller_id) refuse('contract.device-owner-differs', { device_id: id, seller_id })
    const holder = holders.find((held) => held.device_id === id)
    if (holder !== undefined) refuse('contract.device-assigned', { ...holder })
  }
}

function lineOf(id: Id<'contractLine'>, input: AddLine): ContractLine {
  const { seller_id, sku, description, quantity, price, device_ids } = input
  const unit_price = { ...price.unit_price, amount: canonical(price.unit_price.amount) }
  return {
    id,
    seller_id,
    sku,
    description,
    quantity: canonical(quantity),
    price: { ...price, unit_price },
    discount_rate: '0',
    device_ids: [...device_ids],
    host_id: null,
    sla: null,
    added_at: null,
  }
}

// One number has one text, so equal edits compare equal.
function canonical(text: string): string {
  return formatDecimal(decimal(text))
}

function taking(now: Instant): Pick<Decision, 'effective_at' | 'cause' | 'supersedes'> {
  return { effective_at: now, cause: null, supersedes: null }
}
