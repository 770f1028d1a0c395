import type { Db } from '@draupnir/db'
import type { Instant } from '@draupnir/time'

export interface TimerRow {
  readonly id: string
  readonly tenant_id: string
  readonly kind: string
  readonly key: string
  readonly data: unknown
  readonly attempt: number
  readonly version: number
  readonly claims: number
  readonly correlation_id: string
  readonly traceparent: string | null
}

const CANDIDATES = 64

/**
 * Claims the earliest due timer until the end of the transaction. An advisory lock, not the row's: a verb that holds an
 * aggregate may replace or cancel the timer whose handler waits for that aggregate, without a deadlock.
 */
export async function claimTimer(
  { sql }: Db,
  now: Instant,
  kinds: readonly string[],
  skip: readonly string[],
): Promise<TimerRow | 'lost' | null> {
  const [candidate] = await sql<{ id: string }[]>`
    with due as materialized (
      select id from timers
      where due_at <= ${now} and state <> 'given_up' and kind = any(${[...kinds]}) and id <> all(${[...skip]})
      order by due_at, id limit ${CANDIDATES}
    )
    select id from due where pg_try_advisory_xact_lock(hashtextextended(id, 0)) limit 1`
  if (candidate === undefined) return null
  // Read again under the lock: another replica may have ended it in between.
  const [row] = await sql<TimerRow[]>`
    select * from timers where id = ${candidate.id} and due_at <= ${now} and state <> 'given_up'`
  return row ?? 'lost'
}

/** Ends a timer; false when somebody else replaced or cancelled it meanwhile, and what it did must be undone. */
export async function endTimer({ sql }: Db, row: TimerRow): Promise<boolean> {
  const ended = await sql`delete from timers where id = ${row.id} and version = ${row.version} returning 1`
  if (ended.length === 1) return true
  const [own] = await sql<{ own: boolean }[]>`
    select exists (select from timers where id = ${row.id} and written_by = pg_current_xact_id())
      or position(${row.id} in coalesce(current_setting('draupnir.cancelled_timers', true), '')) > 0 as own`
  return own?.own === true
}

/** Records a failed attempt, `next` null gives the timer up; false when it was replaced or ended meanwhile. */
export async function recordFailure({ sql }: Db, row: TimerRow, error: string, next: Instant | null): Promise<boolean> {
  const recorded = await sql`
    update timers set attempt = ${row.attempt + 1}, last_error = ${error}, locked_until = null,
      state = ${next === null ? 'given_up' : 'failing'}, due_at = coalesce(${next}, due_at)
    where id = ${row.id} and version = ${row.version} and claims = ${row.claims} returning 1`
  return recorded.length === 1
}

/** Leases the earliest due activity for `leaseMs` by the clock of the database. */
export async function claimActivity(
  { sql }: Db,
  now: Instant,
  kinds: readonly string[],
  leaseMs: number,
): Promise<TimerRow | null> {
  const [row] = await sql<TimerRow[]>`
    update timers set claims = claims + 1, locked_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where id = (
      select id from timers
      where due_at <= ${now} and state <> 'given_up' and kind = any(${[...kinds]})
        and (locked_until is null or locked_until <= clock_timestamp())
      order by due_at, id for update skip locked limit 1)
    returning *`
  return row ?? null
}

/** Gives the lease of an activity back, when it is still ours. */
export async function releaseLease({ sql }: Db, row: TimerRow): Promise<void> {
  await sql`update timers set locked_until = null where id = ${row.id} and claims = ${row.claims}`
}

/** Keeps the lease of an activity that is still performing. */
export async function renewLease({ sql }: Db, row: TimerRow, leaseMs: number): Promise<void> {
  await sql`
    update timers set locked_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where id = ${row.id} and claims = ${row.claims} and locked_until is not null`
}

/**
 * Ends an activity that was performed; false when its lease went to another replica. One that was scheduled again
 * meanwhile stays for its next run.
 */
export async function endActivity({ sql }: Db, row: TimerRow): Promise<boolean> {
  const [current] = await sql<{ version: number }[]>`
    select version from timers where id = ${row.id} and claims = ${row.claims} for update`
  if (current === undefined) return false
  if (current.version === row.version) await sql`delete from timers where id = ${row.id}`
  else await sql`update timers set locked_until = null where id = ${row.id}`
  return true
}

/** Puts a given-up timer back to work at `at`; false when there is none. For operators. */
export async function retryTimer({ sql }: Db, tenant: string, id: string, at: Instant): Promise<boolean> {
  const revived = await sql`
    update timers set state = 'waiting', attempt = 0, due_at = ${at}, version = version + 1
    where tenant_id = ${tenant} and id = ${id} and state <> 'waiting' returning 1`
  return revived.length === 1
}
