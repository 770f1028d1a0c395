import type { Id } from '@draupnir/ids'
import type { Currency } from '@draupnir/money'
import { type Duration, duration, earliest, type Instant, latest } from '@draupnir/time'
import type { ContractState, ContractSync } from '@draupnir/wire'
import type { Agreed } from './agreed.ts'
import { type Bought, type RateCard, rateCardOf } from './cards.ts'
import type { LineTimes } from './line-times.ts'

/** What OpenMeter should hold for a contract, and how far it is. */
export interface Mirror {
  readonly tenant: Id<'tenant'>
  readonly contract: ContractState
  readonly sync: ContractSync
  /** Since when the contract is with its buyer; null while that is from its beginning. */
  readonly boughtFrom: Instant | null
  /** When the OpenMeter subscription began. */
  readonly subscriptionFrom: Instant | null
  readonly lines: LineTimes
  /** What was sold since when, as far back as OpenMeter may not know it. */
  readonly agreed: readonly Agreed[]
}

export interface Desired {
  readonly customer: { readonly key: string; readonly name: string; readonly currency: Currency }
  readonly cadence: Duration
  readonly billingAnchor: Instant
  /** From when on something is to be billed; no earlier than it was agreed. */
  readonly startsAt: Instant
  readonly rateCards: readonly RateCard[]
  /** Of the contract, sold at present or not. */
  readonly lineIds: ReadonlySet<Id<'contractLine'>>
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

/** What was agreed with whom, and what of it OpenMeter bills. */
export type Agreement = Pick<Mirror, 'contract' | 'lines' | 'boughtFrom'>

/** What OpenMeter should hold at `now`; null while the contract was never in force. Nothing is sold while it is suspended. */
export function desiredOf(mirror: Agreement, now: Instant): Desired | null {
  const { contract, lines: times } = mirror
  if (contract.activated_at === null || contract.billing_anchor === null) return null
  return {
    customer: { key: contract.id, name: contract.id, currency: contract.currency },
    cadence: duration(contract.cadence),
    billingAnchor: contract.billing_anchor,
    startsAt: startOf(contract.activated_at, contract, times),
    rateCards: cardsOf(mirror),
    lineIds: new Set(contract.lines.map(({ id }) => id)),
    endsAt: contract.ends_at,
    ended: contract.ends_at !== null && contract.ends_at <= now,
  }
}

/** What is sold by a contract in a state. A one-time fee that was billed, or was agreed for the past, is not sold again. */
export function cardsOf(mirror: Agreement): RateCard[] {
  const { contract, lines: times } = mirror
  const bought = boughtOf(mirror)
  if (contract.lifecycle !== 'active' || bought === null) return []
  return contract.lines
    .filter(({ id, price }) => price.type !== 'flat_once' || !(times[id]?.late || times[id]?.billed_from))
    .map((line) => rateCardOf(line, contract.cadence, bought))
}

/** Who buys, since when; null while the contract was never in force. */
export function boughtOf({ contract, boughtFrom }: Agreement): Bought | null {
  const since = boughtFrom ?? contract.activated_at
  return since === null ? null : { by: contract.buyer_id, since }
}

// An activation agreed for the past begins in OpenMeter when it was agreed.
function startOf(activatedAt: Instant, { lines }: ContractState, times: LineTimes): Instant {
  const [first, ...more] = lines.map(({ id }) => times[id]?.starts_at ?? activatedAt)
  return first === undefined ? activatedAt : latest(activatedAt, earliest(first, ...more))
}
