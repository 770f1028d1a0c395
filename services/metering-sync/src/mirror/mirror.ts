import type { Id } from '@draupnir/ids'
import { type Currency, decimal, exponent, formatDecimal, multiplyDecimals, toInteger, toMajor } from '@draupnir/money'
import { type Duration, duration, type Instant } from '@draupnir/time'
import type { ContractLine, ContractState, ContractSync } from '@draupnir/wire'
import type { LineTimes } from './line-times.ts'

/** What OpenMeter should hold for a contract, and how far it is. */
export interface Mirror {
  readonly tenant: Id<'tenant'>
  readonly contract: ContractState
  readonly sync: ContractSync
  /** When the OpenMeter subscription began. */
  readonly subscriptionFrom: Instant | null
  readonly lines: LineTimes
}

/** A rate card of OpenMeter; its key is stable for a line, so a price change is the same key with another amount. */
export type RateCard = FlatCard | UsageCard

interface Card {
  readonly key: string
  readonly name: string
  readonly description: string
  readonly lineId: Id<'contractLine'>
}

export interface FlatCard extends Card {
  readonly kind: 'flat'
  readonly cadence: string | null
  readonly amount: string
}

export interface UsageCard extends Card {
  readonly kind: 'usage'
  readonly cadence: string
  readonly unitAmount: string
}

export interface Desired {
  readonly customer: { readonly key: string; readonly name: string; readonly currency: Currency }
  readonly cadence: Duration
  readonly billingAnchor: Instant
  readonly activatedAt: Instant
  readonly rateCards: readonly RateCard[]
  readonly endsAt: Instant | null
  readonly ended: boolean
}

/** Before the first attempt. */
export function freshSync(contract: ContractState): ContractSync {
  return {
    contract_id: contract.id,
    sync_state: 'pending',
    synced_version: 0,
    openmeter_customer_id: null,
    openmeter_subscription_id: null,
    attempts: 0,
    last_error: null,
    next_attempt_at: null,
  }
}

/** What OpenMeter should hold at `now`; null while the contract was never in force. */
export function desiredOf(contract: ContractState, now: Instant): Desired | null {
  if (contract.activated_at === null || contract.billing_anchor === null) return null
  return {
    customer: { key: contract.id, name: contract.id, currency: contract.currency },
    cadence: duration(contract.cadence),
    billingAnchor: contract.billing_anchor,
    activatedAt: contract.activated_at,
    rateCards: contract.lines.map((line) => rateCardOf(line, contract.cadence)),
    endsAt: contract.ends_at,
    ended: contract.ends_at !== null && contract.ends_at <= now,
  }
}

/** Feature and rate-card key of a usage line; flat lines use the line's id itself. */
export function usageKey(lineId: string): string {
  return `u_${lineId}`
}

function rateCardOf(line: ContractLine, cadence: string): RateCard {
  const unit = { name: line.description, description: `line:${line.id}`, lineId: line.id }
  switch (line.price.type) {
    case 'flat_recurring':
      return { kind: 'flat', key: line.id, ...unit, cadence, amount: flatAmount(line) }
    case 'flat_once':
      return { kind: 'flat', key: line.id, ...unit, cadence: null, amount: flatAmount(line) }
    case 'usage':
      return { kind: 'usage', key: usageKey(line.id), ...unit, cadence, unitAmount: majorPrice(line) }
  }
}

// Rate cards carry no quantity: the amount is quantity × unit price, in major units.
function flatAmount(line: ContractLine): string {
  const { amount, currency } = line.price.unit_price
  const minor = toInteger(multiplyDecimals(decimal(amount), decimal(line.quantity)), 'half_away_from_zero')
  return toMajor({ amount: minor, currency })
}

function majorPrice(line: ContractLine): string {
  const { amount, currency } = line.price.unit_price
  const minor = decimal(amount)
  return formatDecimal({ units: minor.units, scale: minor.scale + exponent(currency) })
}
