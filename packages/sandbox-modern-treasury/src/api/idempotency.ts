import { createHmac } from 'node:crypto'
import { addMs, DAY_MS } from '@draupnir/time'
import { ApiError } from './errors.ts'
import type { Unit } from './unit.ts'

export interface StoredAnswer {
  readonly status: number
  readonly body: string
}

const MAX_KEY_LENGTH = 180
const KEPT_MS = DAY_MS

/**
 * What identifies a request: the original compares nothing, so a reused key hides a bug there and is refused here.
 * Keyed, because bodies hold account numbers.
 */
export function fingerprint(secret: string, method: string, path: string, body: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([method, path, body]))
    .digest('hex')
}

/**
 * The stored answer of this key, at most 24 hours of clock time old. The key stays locked until the transaction ends:
 * a second request in that time is refused with 409 `conflict`, with another request behind it with 422.
 */
export async function recall(unit: Unit, key: string, print: string): Promise<StoredAnswer | undefined> {
  if (key.length > MAX_KEY_LENGTH) {
    throw new ApiError(400, 'header_invalid', `Idempotency-Key is longer than ${MAX_KEY_LENGTH} characters`)
  }
  const [lock] = await unit.sql<{ free: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended(${`idempotency:${key}`}, 0)) as free`
  if (lock?.free !== true) {
    throw new ApiError(409, 'conflict', 'A request with this Idempotency-Key is in flight')
  }
  const [stored] = await unit.sql<(StoredAnswer & { fingerprint: string })[]>`
    select status, body, fingerprint from idempotency_key
    where key = ${key} and created_at > ${addMs(unit.now, -KEPT_MS)}`
  if (stored && stored.fingerprint !== print) {
    throw new ApiError(422, 'parameter_invalid', 'This Idempotency-Key was used for another request', 'Idempotency-Key')
  }
  return stored
}

/** Keeps a 2xx answer for replays, in the transaction of its effect. */
export async function remember(unit: Unit, key: string, print: string, answer: StoredAnswer): Promise<void> {
  await unit.sql`
    insert into idempotency_key (key, fingerprint, status, body, created_at)
    values (${key}, ${print}, ${answer.status}, ${answer.body}, ${unit.now})
    on conflict (key) do update set fingerprint = excluded.fingerprint, status = excluded.status,
      body = excluded.body, created_at = excluded.created_at`
}
