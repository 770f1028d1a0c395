import type { Instant } from '@draupnir/time'
import { addMs } from '@draupnir/time'
import type { Sql } from '../database.ts'
import { takeFault } from '../fault/fault.store.ts'

/** A signed message on its way to one receiver. */
export interface Delivery {
  readonly id: number
  /** Stays the same on every attempt: what the receiver deduplicates by. */
  readonly messageId: string
  /** Deliveries of one endpoint are sent one after another, oldest first. */
  readonly endpoint: string
  readonly eventType: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly attempts: number
}

export interface DeliveryState extends Delivery {
  readonly status: 'pending' | 'delivered' | 'failed' | 'dropped'
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly nextAttemptAt: Instant | null
  readonly lastAttemptAt: Instant | null
}

const REORDER_HOLD_MS = 60_000

/** Queues a webhook in the transaction of its cause; the webhook rules of the fault switch strike here. */
export async function enqueue(tx: Sql, now: Instant, delivery: Omit<Delivery, 'id' | 'attempts'>): Promise<void> {
  const { pathname: path } = new URL(delivery.url)
  const fault = await takeFault(tx, { kind: 'webhook', method: 'POST', path, eventType: delivery.eventType })
  const held = fault?.effect === 'webhook_reorder'
  const row = {
    message_id: delivery.messageId,
    endpoint: delivery.endpoint,
    event_type: delivery.eventType,
    url: delivery.url,
    headers: tx.json(delivery.headers),
    body: delivery.body,
    created_at: now,
    status: fault?.effect === 'webhook_drop' ? 'dropped' : 'pending',
    held,
    next_attempt_at: held ? addMs(now, fault.delay_ms ?? REORDER_HOLD_MS) : now,
  }
  const copies = fault?.effect === 'webhook_duplicate' ? 2 : 1
  for (let i = 0; i < copies; i += 1) await tx`insert into sandbox.webhook_deliveries ${tx(row)}`
}

/** Sends a message again from the start, whatever became of it. */
export async function requeue(tx: Sql, now: Instant, messageId: string, endpoint?: string): Promise<number> {
  const rows = await tx`
    update sandbox.webhook_deliveries set status = 'pending', attempts = 0, next_attempt_at = ${now}, held = false
    where message_id = ${messageId} ${endpoint === undefined ? tx`` : tx`and endpoint = ${endpoint}`} returning 1`
  return rows.length
}

/** Sends what still waits for an endpoint to its new address. */
export async function redirect(tx: Sql, endpoint: string, url: string): Promise<void> {
  await tx`
    update sandbox.webhook_deliveries set url = ${url} where endpoint = ${endpoint} and status = 'pending'`
}

export async function dueDeliveries(sql: Sql, now: Instant, limit: number): Promise<readonly Delivery[]> {
  return sql<Delivery[]>`
    select id, message_id as "messageId", endpoint, event_type as "eventType", url, headers, body, attempts
    from sandbox.webhook_deliveries where status = 'pending' and next_attempt_at <= ${now}
    order by next_attempt_at, id limit ${limit}`
}

export async function listDeliveries(sql: Sql, where: { messageId?: string }): Promise<readonly DeliveryState[]> {
  return sql<DeliveryState[]>`
    select id, message_id as "messageId", endpoint, event_type as "eventType", url, headers, body, attempts, status,
      last_status as "lastStatus", last_error as "lastError", next_attempt_at as "nextAttemptAt", last_attempt_at as "lastAttemptAt"
    from sandbox.webhook_deliveries ${where.messageId === undefined ? sql`` : sql`where message_id = ${where.messageId}`}
    order by id desc limit 500`
}

export interface Outcome {
  readonly status: number | null
  readonly error: string | null
}

/** Success is any 2xx. A failure is tried again `retryAfterMs` later, or given up when that is null. */
export async function settle(
  sql: Sql,
  now: Instant,
  delivery: Delivery,
  outcome: Outcome,
  retryAfterMs: number | null,
): Promise<void> {
  const ok = outcome.status !== null && outcome.status >= 200 && outcome.status < 300
  const status = ok ? 'delivered' : retryAfterMs === null ? 'failed' : 'pending'
  // One statement: a reader must never see the one delivered and the one that waited for it not yet due.
  await sql`
    with settled as (
      update sandbox.webhook_deliveries set status = ${status}, attempts = attempts + 1, last_attempt_at = ${now},
        last_status = ${outcome.status}, last_error = ${outcome.error}, held = false,
        next_attempt_at = ${status === 'pending' ? addMs(now, retryAfterMs ?? 0) : null}
      where id = ${delivery.id} and status = 'pending'
    )
    update sandbox.webhook_deliveries set next_attempt_at = ${now}, held = false
    where ${ok} and endpoint = ${delivery.endpoint} and status = 'pending' and held and id < ${delivery.id}`
}

export async function deliveriesAhead(sql: Sql, now: Instant): Promise<{ due: number; next: Instant | null }> {
  const [row] = await sql<{ due: number; next: Instant | null }[]>`
    select count(*) filter (where next_attempt_at <= ${now}) as due,
      min(next_attempt_at) filter (where next_attempt_at > ${now}) as next
    from sandbox.webhook_deliveries where status = 'pending'`
  return row ?? { due: 0, next: null }
}
