import type { Context, Db } from '@draupnir/db'
import { addMs, type Instant } from '@draupnir/time'
import { askedDelayMs, delayAfter, describeError } from './backoff.ts'
import type { FollowerDefinition } from './definitions.ts'
import { whileLeased } from './lease.ts'
import { sweepContext } from './run-sweep.ts'
import type { Busy } from './timer-activity.ts'
import type { Workshop } from './work.ts'

interface FollowerRow {
  readonly kind: string
  readonly claims: number
  readonly failures: number
}

/** Lets the first follower that is behind take its next steps; false when none is behind, or another replica is at it. */
export async function runFollower<C extends Context>(
  shop: Workshop<C>,
  definitions: ReadonlyMap<string, FollowerDefinition<C>>,
): Promise<boolean> {
  const now = await shop.clock.read()
  for (const definition of definitions.values()) {
    if ((await definition.behind(shop.db, now)) === 0) continue
    const row = await claim(shop.db, now, definition.kind, shop.leaseMs)
    if (row === null) continue
    await follow(shop, definition, row, now)
    return true
  }
  return false
}

/** Who is behind and may work, or is at work, over all replicas. */
export async function followerActivity<C extends Context>(
  db: Db,
  now: Instant,
  definitions: ReadonlyMap<string, FollowerDefinition<C>>,
): Promise<Busy[]> {
  if (definitions.size === 0) return []
  // Read first: whoever ends in between has worked it off, and the counter tells of it.
  const counts = await Promise.all(
    [...definitions.values()].map(async ({ kind, behind }) => ({ kind, count: await behind(db, now) })),
  )
  const rows = await db.sql<{ kind: string; resting: boolean; leased: boolean }[]>`
    select kind, not_before > ${now} as resting, coalesce(locked_until > clock_timestamp(), false) as leased from followers`
  const byKind = new Map(rows.map((row) => [row.kind, row]))
  return counts.flatMap(({ kind, count }) => {
    const row = byKind.get(kind)
    if (row?.leased) return [{ what: `follower ${kind}`, count: Math.max(1, count) }]
    return count > 0 && !row?.resting ? [{ what: `follower ${kind}`, count }] : []
  })
}

async function follow<C extends Context>(
  shop: Workshop<C>,
  definition: FollowerDefinition<C>,
  row: FollowerRow,
  now: Instant,
): Promise<void> {
  const { kind, backoff } = definition
  shop.count()
  let error: unknown = null
  try {
    const renewed = () => renew(shop.db, row, shop.leaseMs)
    await whileLeased(shop.leaseMs, renewed, () => definition.run(sweepContext(shop, kind, now)))
  } catch (thrown) {
    error = thrown
    shop.log.error({ err: thrown, kind }, 'follower failed')
  }
  const failures = error === null ? 0 : row.failures + 1
  const delayMs = error === null ? 0 : Math.max(delayAfter(backoff, failures) ?? backoff.maxMs, askedDelayMs(error))
  await shop.db.sql`
    update followers set locked_until = null, failures = ${failures},
      last_error = ${error === null ? null : describeError(error)}, not_before = ${addMs(now, delayMs)}
    where kind = ${row.kind} and claims = ${row.claims}`
  shop.count()
}

async function claim(db: Db, now: Instant, kind: string, leaseMs: number): Promise<FollowerRow | null> {
  const [row] = await db.sql<FollowerRow[]>`
    insert into followers (kind, not_before, claims, locked_until)
    values (${kind}, ${now}, 1, clock_timestamp() + ${leaseMs} * interval '1 ms')
    on conflict (kind) do update set claims = followers.claims + 1, locked_until = excluded.locked_until
    where followers.not_before <= ${now}
      and (followers.locked_until is null or followers.locked_until <= clock_timestamp())
    returning kind, claims, failures`
  return row ?? null
}

async function renew(db: Db, { kind, claims }: FollowerRow, leaseMs: number): Promise<void> {
  await db.sql`
    update followers set locked_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where kind = ${kind} and claims = ${claims} and locked_until is not null`
}
