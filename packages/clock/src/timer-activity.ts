import type { Db } from '@draupnir/db'
import type { Instant } from '@draupnir/time'

export interface Busy {
  readonly what: string
  readonly count: number
}

export interface TimerActivity {
  readonly busy: readonly Busy[]
  /** The next moment at which an advancing clock must stop. */
  readonly nextDueAt: Instant | null
}

// A failure that repeats must not turn one long advance into thousands of steps; its retry then waits for another stop.
const HOLDING_ATTEMPTS = 10

/** What is due or under way at `now`, over all replicas, and what comes next. */
export async function timerActivity({ sql }: Db, now: Instant): Promise<TimerActivity> {
  const [busy, [next]] = await Promise.all([
    sql<Busy[]>`
      select 'timer ' || kind as what, count(*)::int as count from timers
      where (due_at <= ${now} and state <> 'given_up') or locked_until > clock_timestamp() group by kind
      union all
      select 'sweep ' || kind, 1 from sweeps where due_at <= ${now}`,
    sql<{ at: Instant | null }[]>`
      select min(due_at) as at from timers
      where due_at > ${now} and holds_clock and state <> 'given_up' and attempt <= ${HOLDING_ATTEMPTS}`,
  ])
  return { busy, nextDueAt: next?.at ?? null }
}
