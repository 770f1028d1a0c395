import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'

/** One unit of work: an open transaction and the one time it happens at. */
export interface Unit {
  readonly sql: Sql
  readonly now: Instant
}
