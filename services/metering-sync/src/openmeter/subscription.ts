import { Defect, Transient } from '@draupnir/errors'
import { type OpenMeter, orMissing, reached } from '@draupnir/openmeter'
import { addMs, duration, type Instant, instant, MINUTE_MS, periodAt } from '@draupnir/time'
import type { Desired } from '../mirror/mirror.ts'
import { type ActualItem, type Change, describeChanges, planChanges } from '../mirror/plan-changes.ts'
import { actualItem, toRateCard } from './rate-card.ts'

type Expanded = NonNullable<Awaited<ReturnType<OpenMeter['subscriptions']['get']>>>

const PHASE = 'main'
// OpenMeter takes a start that lies back two minutes at the most.
const START_TOLERANCE_MS = 2 * MINUTE_MS

export interface SubscriptionRef {
  readonly id: string
  readonly from: Instant
}

/**
 * Reads the customer's subscription, applies the difference to `desired`, and reads again to be sure. Null when there is
 * none and nothing to sell: what was owed is billed beside it. One that was ended goes on as another.
 */
export async function ensureSubscription(
  om: OpenMeter,
  customerId: string,
  desired: Desired,
  now: Instant,
): Promise<SubscriptionRef | null> {
  const found = await currentSubscription(om, desired.customer.key)
  const gone = found === null || found.status === 'inactive'
  if (gone && (desired.ended || desired.rateCards.length === 0)) return found === null ? null : refOf(found)
  const id = gone
    ? await createSubscription(om, customerId, desired, found === null ? addMs(now, -START_TOLERANCE_MS) : now)
    : found.id
  const running = await reopened(om, gone ? await expanded(om, id) : found, desired)
  if (desired.ended) {
    await reached('subscriptions.cancel', () => om.subscriptions.cancel(id, { timing: 'immediate' }))
    return refOf(await expanded(om, id))
  }
  requireSameCalendar(running, desired, now)
  if (running.status === 'active') {
    await applyChanges(om, id, planChanges(desired.rateCards, itemsOf(running)))
    await endOnBoundary(om, id, desired)
  }
  return refOf(await verified(om, id, desired))
}

/** What a sync would do, in words; nothing when OpenMeter equals `desired`. */
export async function differences(om: OpenMeter, desired: Desired, now: Instant): Promise<string[]> {
  const found = await currentSubscription(om, desired.customer.key)
  const gone = found === null || found.status === 'inactive'
  if (desired.ended) return gone ? [] : [`subscription ${found.id} goes on, the contract has ended`]
  if (gone) return desired.rateCards.length === 0 ? [] : ['there is no subscription in force']
  const calendar = sameCalendar(found, desired, now) ? [] : [CALENDAR_DIFFERS]
  return [...calendar, ...remaining(found, desired)]
}

/** In what the items and the end of a subscription differ from `desired`. */
function remaining(found: Expanded, desired: Desired): string[] {
  const items = itemsOf(found)
  const [end, agreed] = [endOf(found), isOnBoundary(desired) ? desired.endsAt : null]
  const ends = end === agreed ? [] : [`it ends ${end ?? 'never'}, agreed is ${agreed ?? 'never'}`]
  return [...describeChanges(planChanges(desired.rateCards, items), items), ...ends]
}

const CALENDAR_DIFFERS = 'currency, cadence or anchor of a running subscription cannot be changed'

function requireSameCalendar(running: Expanded, desired: Desired, now: Instant): void {
  if (!sameCalendar(running, desired, now))
    throw new Defect(
      `subscription ${running.id} bills ${running.currency} every ${running.billingCadence}, the contract ${desired.customer.currency} every ${desired.cadence}: ${CALENDAR_DIFFERS}`,
    )
}

// Periods are compared, not anchors: any boundary of theirs is an anchor of the same calendar.
function sameCalendar(running: Expanded, desired: Desired, now: Instant): boolean {
  if (running.currency !== desired.customer.currency) return false
  const anchor = instant(running.billingAnchor.toISOString())
  const actual = periodAt(anchor, duration(running.billingCadence), now)
  const wanted = periodAt(desired.billingAnchor, desired.cadence, now)
  return actual.from === wanted.from && actual.to === wanted.to
}

async function createSubscription(
  om: OpenMeter,
  customerId: string,
  desired: Desired,
  soonest: Instant,
): Promise<string> {
  const startsInTime = desired.startsAt >= soonest
  const created = await reached('subscriptions.create', () =>
    om.subscriptions.create({
      customerId,
      timing: startsInTime ? new Date(desired.startsAt) : 'immediate',
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
  if (changes.length === 0 && endOf(found) === desired.endsAt) return found
  await reached('subscriptions.unscheduleCancelation', () => om.subscriptions.unscheduleCancelation(found.id))
  return expanded(om, found.id)
}

function endOf({ activeTo }: Expanded): Instant | null {
  return activeTo === undefined ? null : instant(activeTo.toISOString())
}

// OpenMeter ends only on boundaries of its periods. Told ahead, no fee of the next period can begin while it is away.
async function endOnBoundary(om: OpenMeter, id: string, desired: Desired): Promise<void> {
  const { endsAt } = desired
  if (endsAt === null || !isOnBoundary(desired)) return
  await reached('subscriptions.cancel', () => om.subscriptions.cancel(id, { timing: new Date(endsAt) }))
}

function isOnBoundary({ endsAt, billingAnchor, cadence }: Desired): boolean {
  return endsAt !== null && periodAt(billingAnchor, cadence, endsAt).from === endsAt
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
  const left = remaining(found, desired)
  if (left.length > 0)
    throw new Transient('metering-sync.not-converged', `subscription ${id} still differs: ${left.join('; ')}`)
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
  return (subscription.phases.find(({ key }) => key === PHASE)?.items ?? [])
    .filter((item) => item.activeTo === undefined || item.activeTo.getTime() === end)
    .map(actualItem)
}

function refOf({ id, activeFrom }: Expanded): SubscriptionRef {
  return { id, from: instant(activeFrom.toISOString()) }
}
