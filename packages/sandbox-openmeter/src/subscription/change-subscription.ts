import type { Instant } from '@draupnir/time'
import { getCustomer, lockCustomer } from '../customer/customer.store.ts'
import { syncSubscription } from '../invoice/sync-subscription.ts'
import { ApiError, badRequest, forbidden } from '../shared/problem.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { applyEdits, type Customization } from './edit.ts'
import type { PlanInput } from './plan.ts'
import { checkRateCard } from './rate-card.ts'
import { checkFeatures, startSubscription } from './start-subscription.ts'
import { getSubscription, lockSubscription, saveSubscription } from './subscription.store.ts'
import { type Subscription, statusAt } from './subscription.ts'
import { editTime, endOf, startOf, type Timing } from './timing.ts'

export interface CreateInput {
  readonly customerId?: string
  readonly customerKey?: string
  readonly timing: Timing
  readonly billingAnchor?: Instant
  readonly customPlan?: PlanInput
  readonly plan?: { readonly key: string; readonly version?: number }
}

export async function createSubscription(unit: Unit, input: CreateInput): Promise<Subscription> {
  const who = input.customerId ?? input.customerKey
  if (who === undefined) throw badRequest('validation error: either customerId or customerKey must be provided')
  const customer = await lockCustomer(unit.sql, who)
  const at = startOf(input.timing, unit.now)
  const plan = customPlan(input)
  const subscription = await startSubscription(unit, { customer, plan, at, anchor: input.billingAnchor ?? at })
  await syncSubscription(unit, subscription.id)
  return subscription
}

/** Ends it now or on a boundary; the lines up to the end are made at once. */
export async function cancelSubscription(unit: Unit, id: string, timing: Timing): Promise<Subscription> {
  const subscription = await lockSubscription(unit.sql, id)
  assertAllowed(subscription, 'cancel', unit.now)
  return save(unit, { ...subscription, activeTo: endOf(subscription, timing, unit.now) })
}

export async function unscheduleCancelation(unit: Unit, id: string): Promise<Subscription> {
  const subscription = await lockSubscription(unit.sql, id)
  assertAllowed(subscription, 'unschedule_cancelation', unit.now)
  return save(unit, { ...subscription, activeTo: null })
}

export async function editSubscription(
  unit: Unit,
  id: string,
  input: { readonly customizations: readonly Customization[]; readonly timing?: Timing },
): Promise<Subscription> {
  const subscription = await lockSubscription(unit.sql, id)
  assertAllowed(subscription, 'edit', unit.now)
  const at = editTime(subscription, input.timing ?? 'immediate', unit.now)
  const added = input.customizations.flatMap((one) => (one.op === 'add_item' ? [one.rateCard] : []))
  for (const card of added) checkRateCard(card, subscription.billingCadence, `$.items[?(@.key=='${card.key}')]`)
  await checkFeatures(unit, added)
  return save(unit, applyEdits(subscription, input.customizations, { now: unit.now, at, newId: () => ulid(unit.now) }))
}

/** Only a subscription that has not begun can be deleted. */
export async function deleteSubscription(unit: Unit, id: string): Promise<void> {
  const subscription = await lockSubscription(unit.sql, id)
  assertAllowed(subscription, 'delete', unit.now)
  await save(unit, { ...subscription, deletedAt: unit.now })
}

export interface ChangeInput {
  readonly timing: Timing
  readonly billingAnchor?: Instant
  readonly customPlan?: PlanInput
  readonly plan?: { readonly key: string; readonly version?: number }
}

/** Ends the running one and starts the next at the same moment, with the same anchor. */
export async function changeSubscription(unit: Unit, id: string, input: ChangeInput) {
  const current = await lockSubscription(unit.sql, id)
  assertAllowed(current, 'change', unit.now)
  const at = endOf(current, input.timing, unit.now)
  const ended = { ...current, activeTo: at }
  await saveSubscription(unit, ended)
  const next = await startSubscription(unit, {
    customer: await getCustomer(unit.sql, current.customerId),
    plan: customPlan(input),
    at,
    anchor: input.billingAnchor ?? current.billingAnchor,
    annotations: { 'subscription.previous': current.id },
  })
  await save(unit, { ...ended, annotations: { ...ended.annotations, 'subscription.superseding': next.id } })
  await syncSubscription(unit, next.id)
  return { current: await getSubscription(unit.sql, current.id), next }
}

async function save(unit: Unit, subscription: Subscription): Promise<Subscription> {
  await saveSubscription(unit, subscription)
  await syncSubscription(unit, subscription.id)
  return getSubscription(unit.sql, subscription.id)
}

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  active: ['edit', 'cancel', 'change'],
  canceled: ['unschedule_cancelation'],
  scheduled: ['delete'],
  inactive: [],
}

function assertAllowed(subscription: Subscription, action: string, now: Instant): void {
  const state = statusAt(subscription, now)
  if (!ALLOWED[state]?.includes(action)) throw forbidden(`transition ${action} in state ${state} not allowed`)
}

function customPlan(input: ChangeInput | CreateInput): PlanInput {
  if (input.customPlan) return input.customPlan
  throw new ApiError(501, 'the sandbox starts subscriptions from custom plans only')
}
