import type { Context, Db } from '@draupnir/db'
import { addMs, type Instant } from '@draupnir/time'
import { describeError } from './backoff.ts'
import type { SweepContext, SweepDefinition } from './definitions.ts'
import { whileLeased } from './lease.ts'
import type { Workshop } from './work.ts'

interface SweepRow {
  readonly kind: string
  readonly claims: number
}

/** Gives every sweep its row; a new one is due at once, a shorter interval holds at once. */
export async function ensureSweeps<C extends Context>(
  { db, clock }: Pick<Workshop<C>, 'db' | 'clock'>,
  definitions: ReadonlyMap<string, SweepDefinition<C>>,
): Promise<void> {
  const now = await clock.read()
  for (const { kind, everyMs } of definitions.values())
    await db.sql`
      insert into sweeps (kind, due_at) values (${kind}, ${now})
      on conflict (kind) do update set due_at = least(sweeps.due_at, ${addMs(now, everyMs)})`
}

/** Runs the earliest due sweep; false when none is due. */
export async function runSweep<C extends Context>(
  shop: Workshop<C>,
  definitions: ReadonlyMap<string, SweepDefinition<C>>,
): Promise<boolean> {
  if (definitions.size === 0) return false
  const now = await shop.clock.read()
  const row = await claim(shop.db, now, [...definitions.keys()], shop.leaseMs)
  const definition = row === null ? undefined : definitions.get(row.kind)
  if (row === null || definition === undefined) return false
  shop.count()
  const error = await whileLeased(
    shop.leaseMs,
    () => renew(shop.db, row, shop.leaseMs),
    () => run(shop, definition, now),
  )
  await shop.db.sql`
    update sweeps set locked_until = null, last_error = ${error}, due_at = ${addMs(now, definition.everyMs)}
    where kind = ${row.kind} and claims = ${row.claims}`
  shop.count()
  return true
}

async function run<C extends Context>(
  shop: Workshop<C>,
  definition: SweepDefinition<C>,
  now: Instant,
): Promise<string | null> {
  try {
    await definition.run(sweepContext(shop, definition.kind, now))
    return null
  } catch (error) {
    shop.log.error({ err: error, kind: definition.kind }, 'sweep failed')
    return describeError(error)
  }
}

/** The context of work that belongs to no tenant. */
export function sweepContext<C extends Context>(shop: Workshop<C>, kind: string, now: Instant): SweepContext<C> {
  const trace = { correlationId: `${kind}@${now}`, causationId: null, traceparent: null }
  return {
    db: shop.db,
    now: () => now,
    log: shop.log,
    forTenant: (tenant) => shop.contextFor({ db: shop.db, now, tenant, actor: `timer:${kind}`, trace }),
  }
}

async function claim(db: Db, now: Instant, kinds: readonly string[], leaseMs: number): Promise<SweepRow | null> {
  const [row] = await db.sql<SweepRow[]>`
    update sweeps set claims = claims + 1, locked_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where kind = (
      select kind from sweeps
      where due_at <= ${now} and kind = any(${[...kinds]})
        and (locked_until is null or locked_until <= clock_timestamp())
      order by due_at, kind for update skip locked limit 1)
    returning kind, claims`
  return row ?? null
}

async function renew(db: Db, { kind, claims }: SweepRow, leaseMs: number): Promise<void> {
  await db.sql`
    update sweeps set locked_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where kind = ${kind} and claims = ${claims} and locked_until is not null`
}
