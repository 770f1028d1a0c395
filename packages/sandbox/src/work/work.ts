import type { JsonValue } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import type { Sql } from '../database.ts'

export interface Work {
  readonly kind: string
  readonly key: string
  /** The moment it takes place: use it as `now`, so that a leap of the clock equals many small steps. */
  readonly dueAt: Instant
  readonly data: JsonValue
}

/** Runs inside the transaction that removes the work; may schedule the same key again. */
export type WorkHandler = (tx: Sql, work: Work) => Promise<void>

/** Puts work on its due date; a second call with the same kind and key moves it. */
export async function schedule(tx: Sql, work: Omit<Work, 'data'> & { readonly data?: JsonValue }): Promise<void> {
  await tx`
    insert into sandbox.due_work (kind, key, due_at, data)
    values (${work.kind}, ${work.key}, ${work.dueAt}, ${tx.json(work.data ?? {})})
    on conflict (kind, key) do update set due_at = excluded.due_at, data = excluded.data, failures = 0, last_error = null`
}

/** Takes work off; no effect when there is none. */
export async function cancel(tx: Sql, kind: string, key: string): Promise<void> {
  await tx`delete from sandbox.due_work where kind = ${kind} and key = ${key}`
}

/** How much is due at `now`, and when the next is due after it. */
export async function workAhead(sql: Sql, now: Instant): Promise<{ due: number; next: Instant | null }> {
  const [row] = await sql<{ due: number; next: Instant | null }[]>`
    select count(*) filter (where due_at <= ${now}) as due, min(due_at) filter (where due_at > ${now}) as next
    from sandbox.due_work`
  return row ?? { due: 0, next: null }
}
