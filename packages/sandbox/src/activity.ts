import type { Instant } from '@draupnir/time'
import type { Sql } from './database.ts'
import { deliveriesAhead } from './webhook/delivery.ts'
import { workAhead } from './work/work.ts'

/** The answer of `GET /internal/activity`, by which the test clock knows whether it may move on. */
export interface Activity {
  readonly name: string
  readonly counter: number
  readonly busy: readonly { readonly what: string; readonly count: number }[]
  readonly next_due_at: Instant | null
}

/** Counts handled requests, work and webhooks, and requests still open. */
export interface Meter {
  counter: number
  openRequests: number
}

export async function activity(name: string, sql: Sql, now: Instant, meter: Meter): Promise<Activity> {
  // One after the other: work that ended in between has left its webhooks behind.
  const work = await workAhead(sql, now)
  const webhooks = await deliveriesAhead(sql, now)
  const busy = [
    { what: 'due_work', count: work.due },
    { what: 'webhooks', count: webhooks.due },
    { what: 'requests', count: meter.openRequests },
  ]
  const ahead = [work.next, webhooks.next].filter((at) => at !== null).sort()
  return { name, counter: meter.counter, busy: busy.filter(({ count }) => count > 0), next_due_at: ahead[0] ?? null }
}
