import { randomUUID } from 'node:crypto'
import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import type { RateLimits } from './rate-limits.ts'

/** A unit of work (a request or a piece of due work): one transaction, one time. */
export interface Unit {
  readonly sql: Sql
  readonly now: Instant
  readonly newId: () => string
  /** Of whoever asked; work that is due has none. */
  readonly limits: RateLimits | null
}

export function unitOf(sql: Sql, now: Instant, limits: RateLimits | null = null): Unit {
  return { sql, now, newId: randomUUID, limits }
}

/** Times on the wire have no fraction. */
export function timestamp(at: Instant): string {
  return `${at.slice(0, 19)}Z`
}

/** The fields every resource begins with. */
export function base(unit: Unit, object: string) {
  return {
    id: unit.newId(),
    object,
    live_mode: false,
    created_at: timestamp(unit.now),
    updated_at: timestamp(unit.now),
  }
}
