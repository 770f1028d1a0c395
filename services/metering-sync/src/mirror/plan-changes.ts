import { compareDecimals, decimal } from '@draupnir/money'
import type { RateCard } from './mirror.ts'

/** An item of the subscription as OpenMeter shows it, reduced to what we set. */
export interface ActualItem {
  readonly key: string
  readonly amount: string | null
}

export type Change = { readonly op: 'add'; readonly card: RateCard } | { readonly op: 'remove'; readonly key: string }

/**
 * The edits that bring a subscription to the desired rate cards. Adding an item of a key that is there closes the
 * old version: a price change is one `add`. One-time fees are billed once and are never touched again.
 */
export function planChanges(desired: readonly RateCard[], actual: readonly ActualItem[]): Change[] {
  const held = new Map(actual.map((item) => [item.key, item]))
  const wanted = new Set(desired.map((card) => card.key))
  const adds = desired
    .filter((card) => needsAdding(card, held.get(card.key)))
    .map((card): Change => ({ op: 'add', card }))
  const removals = actual
    .filter((item) => !wanted.has(item.key))
    .map((item): Change => ({ op: 'remove', key: item.key }))
  return [...removals, ...adds]
}

function needsAdding(card: RateCard, item: ActualItem | undefined): boolean {
  if (item === undefined) return true
  if (card.kind === 'flat' && card.cadence === null) return false
  const wanted = card.kind === 'flat' ? card.amount : card.unitAmount
  return item.amount === null || compareDecimals(decimal(item.amount), decimal(wanted)) !== 0
}
