import { type RateCard, termsOf } from './cards.ts'

/** An item of the subscription as OpenMeter shows it, reduced to what we set. */
export interface ActualItem {
  readonly key: string
  /** In the words of `termsOf`; null when nothing of ours reads so. */
  readonly terms: string | null
  /** Who bought it; null when that is not known. */
  readonly boughtBy: string | null
  /** Billed once, at its start. */
  readonly once: boolean
}

export type Change = { readonly op: 'add'; readonly card: RateCard } | { readonly op: 'remove'; readonly key: string }

/**
 * The edits that bring a subscription to the desired rate cards. Adding an item of a key that is there closes the
 * old version: a change of price, discount or buyer is one `add`. One-time fees are billed at once and never touched again.
 */
export function planChanges(desired: readonly RateCard[], actual: readonly ActualItem[]): Change[] {
  const held = new Map(actual.map((item) => [item.key, item]))
  const wanted = new Set(desired.map((card) => card.key))
  const adds = desired
    .filter((card) => needsAdding(card, held.get(card.key)))
    .map((card): Change => ({ op: 'add', card }))
  const removals = actual
    .filter((item) => !item.once && !wanted.has(item.key))
    .map((item): Change => ({ op: 'remove', key: item.key }))
  return [...removals, ...adds]
}

/** The same for an operator. */
export function describeChanges(changes: readonly Change[], actual: readonly ActualItem[]): string[] {
  const held = new Map(actual.map((item) => [item.key, item]))
  return changes.map((change) => {
    if (change.op === 'remove') return `item ${change.key} is not agreed`
    const item = held.get(change.card.key)
    if (item === undefined) return `item ${change.card.key} is missing`
    const { key, bought } = change.card
    if (item.terms === termsOf(change.card))
      return `item ${key} is sold to ${item.boughtBy ?? 'nobody'}, agreed is ${bought.by}`
    return `item ${key} is ${item.terms ?? 'of another kind'}, agreed is ${termsOf(change.card)}`
  })
}

function needsAdding(card: RateCard, item: ActualItem | undefined): boolean {
  if (item === undefined) return true
  return card.cadence !== null && (item.terms !== termsOf(card) || item.boughtBy !== card.bought.by)
}
