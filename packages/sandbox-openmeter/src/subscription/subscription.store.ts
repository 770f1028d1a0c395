import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import { notFound } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import type { Subscription } from './subscription.ts'

const columns = (sql: Sql) => sql`
  id, customer_id as "customerId", name, description, metadata, annotations, currency, billing_cadence as "billingCadence",
  billing_anchor as "billingAnchor", pro_rating as "proRating", settlement_mode as "settlementMode",
  active_from as "activeFrom", active_to as "activeTo", phases, created_at as "createdAt", updated_at as "updatedAt",
  deleted_at as "deletedAt"`

export async function saveSubscription({ sql, now }: Unit, subscription: Subscription): Promise<void> {
  const row = {
    id: subscription.id,
    customer_id: subscription.customerId,
    name: subscription.name,
    description: subscription.description,
    metadata: subscription.metadata ? sql.json(subscription.metadata) : null,
    annotations: sql.json(subscription.annotations),
    currency: subscription.currency,
    billing_cadence: subscription.billingCadence,
    billing_anchor: subscription.billingAnchor,
    pro_rating: sql.json(subscription.proRating),
    settlement_mode: subscription.settlementMode,
    active_from: subscription.activeFrom,
    active_to: subscription.activeTo,
    phases: sql.json(JSON.parse(JSON.stringify(subscription.phases))),
    created_at: subscription.createdAt,
    updated_at: now,
    deleted_at: subscription.deletedAt,
  }
  await sql`insert into subscriptions ${sql(row)} on conflict (id) do update set ${sql(row)}`
}

export async function getSubscription(sql: Sql, id: string): Promise<Subscription> {
  const [subscription] = await sql<Subscription[]>`select ${columns(sql)} from subscriptions where id = ${id}`
  if (!subscription) throw notFound('subscription', id)
  return subscription
}

/** For a change: its customer's row is locked, as every change of subscriptions and invoices does. */
export async function lockSubscription(sql: Sql, id: string): Promise<Subscription> {
  const { customerId } = await getSubscription(sql, id)
  await sql`select 1 from customers where id = ${customerId} for update`
  return getSubscription(sql, id)
}

export async function listSubscriptions(sql: Sql, customerId: string): Promise<readonly Subscription[]> {
  return sql<Subscription[]>`
    select ${columns(sql)} from subscriptions where customer_id = ${customerId} and deleted_at is null
    order by active_from, id`
}

export async function currentSubscription(
  sql: Sql,
  customerId: string,
  now: Instant,
): Promise<Subscription | undefined> {
  const [subscription] = await sql<Subscription[]>`
    select ${columns(sql)} from subscriptions
    where customer_id = ${customerId} and deleted_at is null and active_from <= ${now} and (active_to is null or active_to > ${now})
    order by active_from desc limit 1`
  return subscription
}
