import { Transient } from '@draupnir/errors'
import { type OpenMeter, orMissing, reached } from '@draupnir/openmeter'
import { addMs, type Instant, instant, MINUTE_MS, periodAt } from '@draupnir/time'
import type { Desired } from '../mirror/mirror.ts'
import { type ActualItem, type Change, planChanges } from '../mirror/plan-changes.ts'
import { toRateCard } from './rate-card.ts'

type Expanded = NonNullable<Awaited<ReturnType<OpenMeter['subscriptions']['get']>>>

const PHASE = 'main'
// OpenMeter takes a start that lies back two minutes at the most.
const START_TOLERANCE_MS = 2 * MINUTE_MS

export interface SubscriptionRef {
  readonly id: string
  readonly from: Instant
  /** When the first version of each item began, by key. */
  readonly itemsFrom: ReadonlyMap<string, Instant>
}

/**
 * Reads the customer's subscription, applies the difference to `desired`, and reads again to be sure. Null when the
 * contract ended before there was one: what was owed is billed beside it.
 */
export async function ensureSubscription(
  om: OpenMeter,
  customerId: string,
  desired: Desired,
  now: Instant,
): Promise<SubscriptionRef | null> {
  const found = await currentSubscription(om, desired.customer.key)
  if (found === null && desired.ended) return null
  const id = found?.id ?? (await createSubscription(om, customerId, desired, now))
  const running = await reopened(om, found ?? (await expanded(om, id)), desired)
  if (running.status !== 'active') return refOf(running)
  if (desired.ended) {
    await reached('subscriptions.cancel', () => om.subscriptions.cancel(id, { timing: 'immediate' }))
    return refOf(await expanded(om, id))
  }
  await applyChanges(om, id, planChanges(desired.rateCards, itemsOf(running)))
  await endOnBoundary(om, id, desired)
  return refOf(await verified(om, id, desired))
}

async function createSubscription(om: OpenMeter, customerId: string, desired: Desired, now: Instant): Promise<string> {
  const startsInTime = desired.activatedAt >= addMs(now, -START_TOLERANCE_MS)
  const created = await reached('subscriptions.create', () =>
    om.subscriptions.create({
      customerId,
      timing: startsInTime ? new Date(desired.activatedAt) : 'immediate',
      billingAnchor: new Date(desired.billingAnchor),
      customPlan: {
        name: desired.customer.name,
        currency: desired.customer.currency,
        billingCadence: desired.cadence,
        metadata: { contract_id: desired.customer.key },
        proRatingConfig: { enabled: true, mode: 'prorate_prices' },
        phases: [{ key: PHASE, name: PHASE, duration: null, rateCards: desired.rateCards.map(toRateCard) }],
      },
    }),
  )
  return created.id
}

// An end that was fixed in OpenMeter stands in the way of edits and of an earlier end.
async function reopened(om: OpenMeter, found: Expanded, desired: Desired): Promise<Expanded> {
  if (found.status !== 'canceled') return found
  const changes = planChanges(desired.rateCards, itemsOf(found))
  const end = found.activeTo === undefined ? null : instant(found.activeTo.toISOString())
  if (changes.length === 0 && end === desired.endsAt) return found
  await reached('subscriptions.unscheduleCancelation', () => om.subscriptions.unscheduleCancelation(found.id))
  return expanded(om, found.id)
}

// OpenMeter ends only on boundaries of its periods. Told ahead, no fee of the next period can begin while it is away.
async function endOnBoundary(om: OpenMeter, id: string, { endsAt, billingAnchor, cadence }: Desired): Promise<void> {
  if (endsAt === null || periodAt(billingAnchor, cadence, endsAt).from !== endsAt) return
  await reached('subscriptions.cancel', () => om.subscriptions.cancel(id, { timing: new Date(endsAt) }))
}

async function applyChanges(om: OpenMeter, id: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  const customizations = changes.map((change) =>
    change.op === 'add'
      ? { op: 'add_item' as const, phaseKey: PHASE, rateCard: toRateCard(change.card) }
      : { op: 'remove_item' as const, phaseKey: PHASE, itemKey: change.key },
  )
  await reached('subscriptions.edit', () => om.subscriptions.edit(id, { timing: 'immediate', customizations }))
}

async function verified(om: OpenMeter, id: string, desired: Desired): Promise<Expanded> {
  const found = await expanded(om, id)
  const left = planChanges(desired.rateCards, itemsOf(found))
  if (left.length > 0)
    throw new Transient('metering-sync.not-converged', `${left.length} items of subscription ${id} still differ`)
  return found
}

function expanded(om: OpenMeter, id: string): Promise<Expanded> {
  return reached('subscriptions.get', () => om.subscriptions.get(id))
}

async function currentSubscription(om: OpenMeter, customerKey: string): Promise<Expanded | null> {
  const page = await orMissing('customers.listSubscriptions', () => om.customers.listSubscriptions(customerKey))
  const newest = [...(page?.items ?? [])].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0]
  return newest === undefined ? null : expanded(om, newest.id)
}

// An item that ends with its subscription is still held; one that ends before was removed.
function itemsOf(subscription: Expanded): ActualItem[] {
  const end = subscription.activeTo?.getTime()
  return phaseItems(subscription)
    .filter((item) => item.activeTo === undefined || item.activeTo.getTime() === end)
    .map((item) => ({ key: item.key, amount: amountOf(item.price) }))
}

function refOf(subscription: Expanded): SubscriptionRef {
  const phase = subscription.phases.find((candidate) => candidate.key === PHASE)
  const starts = Object.entries(phase?.itemTimelines ?? {}).flatMap(([key, [first]]) =>
    first === undefined ? [] : [[key, instant(first.activeFrom.toISOString())] as const],
  )
  return {
    id: subscription.id,
    from: instant(subscription.activeFrom.toISOString()),
    itemsFrom: new Map(starts),
  }
}

function phaseItems(subscription: Expanded) {
  return subscription.phases.find((candidate) => candidate.key === PHASE)?.items ?? []
}

function amountOf(price: unknown): string | null {
  return typeof price === 'object' && price !== null && 'amount' in price && typeof price.amount === 'string'
    ? price.amount
    : null
}
