import { randomUUID } from 'node:crypto'
import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'

/** A unit of work (a request or a piece of due work): one transaction, one time. */
export interface Unit {
  readonly sql: Sql
  readonly now: Instant
  readonly newId: () => string
}

export function unitOf(sql: Sql, now: Instant): Unit {
  return { sql, now, newId: randomUUID }
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
