import type { Instant } from '@draupnir/time'
import { ApiError, badRequest, forbidden } from '../shared/problem.ts'
import { newItem } from './plan.ts'
import type { RateCard } from './rate-card.ts'
import { type Item, type Phase, phaseAt, type Subscription } from './subscription.ts'

export type Customization =
  | { readonly op: 'add_item'; readonly phaseKey: string; readonly rateCard: RateCard }
  | { readonly op: 'remove_item'; readonly phaseKey: string; readonly itemKey: string }
  | { readonly op: 'unschedule_edit' }
  | { readonly op: 'add_phase' | 'remove_phase' | 'stretch_phase' }

interface Moment {
  readonly now: Instant
  /** When the edit takes effect: now, or the next billing period. */
  readonly at: Instant
  readonly newId: () => string
}

/** Applies the operations in order, all or none. Conflicts 409, forbidden ones 403, unknown keys 400. */
export function applyEdits(
  subscription: Subscription,
  customizations: readonly Customization[],
  moment: Moment,
): Subscription {
  const current = phaseAt(subscription, moment.now)
  if (current && phaseAt(subscription, moment.at)?.key !== current.key) {
    throw badRequest('validation error: cannot edit to the next billing cycle as it falls into a different phase')
  }
  return customizations.reduce((edited, operation) => applyEdit(edited, operation, moment), subscription)
}

function applyEdit(subscription: Subscription, operation: Customization, moment: Moment): Subscription {
  switch (operation.op) {
    case 'add_item':
      return onPhase(subscription, operation.phaseKey, moment, (phase, current) =>
        current ? addVersion(phase, operation.rateCard, moment) : addToFuture(phase, operation.rateCard, moment),
      )
    case 'remove_item':
      return onPhase(subscription, operation.phaseKey, moment, (phase, current) =>
        removeVersions(phase, operation.itemKey, current ? moment.at : phase.activeFrom, moment),
      )
    case 'unschedule_edit':
      return unschedule(subscription, moment)
    default:
      throw new ApiError(501, `the sandbox does not do ${operation.op} yet`)
  }
}

function onPhase(
  subscription: Subscription,
  key: string,
  { now }: Moment,
  change: (phase: Phase, current: boolean) => readonly Item[],
): Subscription {
  const phase = subscription.phases.find((one) => one.key === key)
  if (!phase) throw badRequest(`validation error: phase ${key} not found`)
  if (phase.activeTo !== null && phase.activeTo <= now)
    throw forbidden(`cannot edit phase ${key}: it has already ended`)
  const items = change(phase, phase.activeFrom <= now)
  const phases = subscription.phases.map((one) => (one === phase ? { ...phase, items, updatedAt: now } : one))
  return { ...subscription, phases }
}

const versionsOf = (phase: Phase, key: string) => phase.items.filter((item) => item.key === key)

// A price change is an added version: it closes the one in force. A changed row is another row, with another id.
function addVersion(phase: Phase, card: RateCard, { now, at, newId }: Moment): readonly Item[] {
  const last = versionsOf(phase, card.key).at(-1)
  if (last && (last.activeFrom > at || (last.activeTo !== null && last.activeTo > at))) {
    throw forbidden(`item ${card.key} would overlap with a later version, delete it first`)
  }
  const added = newItem(card, (last?.version ?? -1) + 1, at, now, newId)
  const closed = phase.items.map((item) =>
    item === last && item.activeTo === null ? { ...item, activeTo: at, updatedAt: now, id: newId() } : item,
  )
  return [...closed, added]
}

function addToFuture(phase: Phase, card: RateCard, { now, newId }: Moment): readonly Item[] {
  if (versionsOf(phase, card.key).length > 0) {
    throw new ApiError(409, `item ${card.key} already exists in phase ${phase.key}`)
  }
  return [...phase.items, newItem(card, 0, phase.activeFrom, now, newId)]
}

function removeVersions(phase: Phase, key: string, at: Instant, { now, newId }: Moment): readonly Item[] {
  const open = versionsOf(phase, key).filter((item) => item.activeTo === null || item.activeTo > at)
  if (open.length === 0) throw badRequest(`validation error: item ${key} not found in phase ${phase.key}`)
  const dropped = open.filter((item) => item.activeFrom > at || (phase.activeFrom >= at && phase.activeFrom > now))
  return phase.items.flatMap((item) => {
    if (dropped.includes(item)) return []
    return open.includes(item) ? [{ ...item, activeTo: at, updatedAt: now, id: newId() }] : [item]
  })
}

function unschedule(subscription: Subscription, { now }: Moment): Subscription {
  const current = phaseAt(subscription, now)
  const phases = subscription.phases.map((phase) => {
    if (phase !== current) return phase
    const begun = phase.items.filter((item) => item.activeFrom <= now)
    const items = begun.map((item) =>
      item.activeTo !== null && item.activeTo > now ? { ...item, activeTo: null, updatedAt: now } : item,
    )
    return { ...phase, items, updatedAt: now }
  })
  return { ...subscription, phases }
}
