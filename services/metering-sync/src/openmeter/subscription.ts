import { Transient } from '@draupnir/errors'
import { type OpenMeter, orMissing, reached } from '@draupnir/openmeter'
import { addMs, type Instant, instant, MINUTE_MS } from '@draupnir/time'
import type { Desired, RateCard } from '../mirror/mirror.ts'
import { type ActualItem, type Change, planChanges } from '../mirror/plan-changes.ts'

type Expanded = NonNullable<Awaited<ReturnType<OpenMeter['subscriptions']['get']>>>
type SubscriptionCreate = Parameters<OpenMeter['subscriptions']['create']>[0]
type PlanRateCard = Extract<
  SubscriptionCreate,
  { customPlan: unknown }
>['customPlan']['phases'][number]['rateCards'][number]

const PHASE = 'main'
// OpenMeter takes a start that lies back two minutes at the most.
const START_TOLERANCE_MS = 2 * MINUTE_MS

export interface SubscriptionRef {
  readonly id: string
  readonly from: Instant
}

/** Reads the customer's subscription, applies the difference to `desired`, and reads again to be sure. */
export async function ensureSubscription(
  om: OpenMeter,
  customerId: string,
  desired: Desired,
  now: Instant,
): Promise<SubscriptionRef> {
  const found = await currentSubscription(om, desired.customer.key)
  if (found === null) return createSubscription(om, customerId, desired, now)
  if (desired.ended) return endSubscription(om, found)
  if (found.status !== 'active') return { id: found.id, from: startOf(found) }
  const changes = planChanges(desired.rateCards, itemsOf(found))
  if (changes.length > 0) await applyChanges(om, found.id, changes)
  return verified(om, found.id, desired)
}

async function createSubscription(
  om: OpenMeter,
  customerId: string,
  desired: Desired,
  now: Instant,
): Promise<SubscriptionRef> {
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
  return verified(om, created.id, desired)
}

async function endSubscription(om: OpenMeter, found: Expanded): Promise<SubscriptionRef> {
  if (found.status === 'active')
    await reached('subscriptions.cancel', () => om.subscriptions.cancel(found.id, { timing: 'immediate' }))
  return { id: found.id, from: startOf(found) }
}

async function applyChanges(om: OpenMeter, id: string, changes: readonly Change[]): Promise<void> {
  const customizations = changes.map((change) =>
    change.op === 'add'
      ? { op: 'add_item' as const, phaseKey: PHASE, rateCard: toRateCard(change.card) }
      : { op: 'remove_item' as const, phaseKey: PHASE, itemKey: change.key },
  )
  await reached('subscriptions.edit', () => om.subscriptions.edit(id, { timing: 'immediate', customizations }))
}

async function verified(om: OpenMeter, id: string, desired: Desired): Promise<SubscriptionRef> {
  const found = await reached('subscriptions.get', () => om.subscriptions.get(id))
  const left = planChanges(desired.rateCards, itemsOf(found))
  if (left.length > 0)
    throw new Transient('metering-sync.not-converged', `${left.length} items of subscription ${id} still differ`)
  return { id, from: startOf(found) }
}

async function currentSubscription(om: OpenMeter, customerKey: string): Promise<Expanded | null> {
  const page = await orMissing('customers.listSubscriptions', () => om.customers.listSubscriptions(customerKey))
  const newest = [...(page?.items ?? [])].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0]
  return newest === undefined ? null : reached('subscriptions.get', () => om.subscriptions.get(newest.id))
}

function itemsOf(subscription: Expanded): ActualItem[] {
  const phase = subscription.phases.find((candidate) => candidate.key === PHASE)
  return (phase?.items ?? [])
    .filter((item) => item.activeTo === undefined)
    .map((item) => ({ key: item.key, amount: amountOf(item.price) }))
}

function amountOf(price: unknown): string | null {
  return typeof price === 'object' && price !== null && 'amount' in price && typeof price.amount === 'string'
    ? price.amount
    : null
}

function startOf(subscription: { activeFrom: Date }): Instant {
  return instant(subscription.activeFrom.toISOString())
}

function toRateCard(card: RateCard): PlanRateCard {
  const { key, name, description } = card
  if (card.kind === 'usage') {
    const price = { type: 'unit' as const, amount: card.unitAmount }
    return { type: 'usage_based', key, featureKey: key, name, description, billingCadence: card.cadence, price }
  }
  // In-advance fees are never refunded by OpenMeter, so recurring ones are billed in arrears.
  const paymentTerm = card.cadence === null ? ('in_advance' as const) : ('in_arrears' as const)
  return {
    type: 'flat_fee',
    key,
    name,
    description,
    billingCadence: card.cadence,
    price: { type: 'flat', amount: card.amount, paymentTerm },
  }
}
