import { assert, refuse } from '@draupnir/errors'
import { fromEpochMs, type Instant } from '@draupnir/time'
import postgres from 'postgres'
import type { Clock } from './clock.ts'

/** A process that must be quiet before the test clock may move. */
export interface Participant {
  readonly name: string
  /** Tells replicas apart. */
  readonly instance: string
  /** Where `/internal/activity` answers. */
  readonly url: string
}

export interface SandboxClock extends Clock {
  /** Moves the clock. Refuses `clock.cannot-go-back`. */
  readonly set: (to: Instant) => Promise<void>
  readonly register: (participant: Participant) => Promise<void>
  readonly unregister: (participant: Pick<Participant, 'name' | 'instance'>) => Promise<void>
  readonly participants: () => Promise<Participant[]>
  /** Runs `work` while no other process advances the clock; waits at most `waitMs` for its turn, then answers null. */
  readonly exclusively: <T>(waitMs: number, work: () => Promise<T>) => Promise<T | null>
  readonly close: () => Promise<void>
}

const INSTANT = { to: 1184, from: [1184], serialize: String, parse: (text: string) => fromEpochMs(Date.parse(text)) }
const LOCK = 'clock.advance'
const LOCK_NOT_AVAILABLE = '55P03'

/** The clock shared by every process of a sandbox: `clock.test_clock` in the database at `url`, frozen until advanced. */
export function sandboxClock(url: string): SandboxClock {
  // One connection: readings are pipelined on it.
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: 'clock', statement_timeout: 10_000 },
    types: { instant: INSTANT },
  })
  return {
    read: async () => {
      const [row] = await sql<{ now_at: Instant }[]>`select now_at from clock.test_clock`
      assert(row !== undefined, 'the test clock was not provisioned')
      return row.now_at
    },
    set: async (to) => {
      const moved = await sql`update clock.test_clock set now_at = ${to} where now_at <= ${to} returning 1`
      if (moved.length === 0) refuse('clock.cannot-go-back', { to })
    },
    register: async ({ name, instance, url: at }) => {
      await sql`
        insert into clock.participants (name, instance, url) values (${name}, ${instance}, ${at})
        on conflict (name, instance) do update set url = excluded.url, registered_at = now()`
    },
    unregister: async ({ name, instance }) => {
      await sql`delete from clock.participants where name = ${name} and instance = ${instance}`
    },
    participants: async () => [
      ...(await sql<Participant[]>`select name, instance, url from clock.participants order by name, instance`),
    ],
    exclusively: (waitMs, work) => exclusively(url, waitMs, work),
    close: () => sql.end({ timeout: 5 }),
  }
}

/** Starts the test clock at `startAt`, unless it runs already. `url` may be the owner's or the clock role's. */
export async function provisionTestClock(url: string, startAt: Instant): Promise<void> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined })
  try {
    await sql`insert into clock.test_clock (now_at) values (${startAt}::text::timestamptz) on conflict do nothing`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function exclusively<T>(url: string, waitMs: number, work: () => Promise<T>): Promise<T | null> {
  const sql = postgres(url, { max: 1, fetch_types: false, connection: { application_name: 'clock-advance' } })
  try {
    await sql.unsafe(`set lock_timeout = ${Math.max(1, Math.ceil(waitMs))}`)
    await sql`select pg_advisory_lock(hashtextextended(${LOCK}, 0))`
    return await work()
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === LOCK_NOT_AVAILABLE) return null
    throw error
  } finally {
    await sql.end({ timeout: 5 })
  }
}
