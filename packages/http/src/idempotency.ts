import { createHash } from 'node:crypto'
import { type Context, type DbPool, type MigrationSource, transact } from '@draupnir/db'
import { Defect, refuse } from '@draupnir/errors'
import { addMs, HOUR_MS, type Instant } from '@draupnir/time'
import type { AnyReply, ResponseHeaders } from './route.ts'

/** The table each service with POST routes needs: list it first among its migrations. */
export const httpMigrations: MigrationSource = {
  name: 'http',
  directory: new URL('../migrations', import.meta.url).pathname,
}

export interface Keyed {
  readonly key: string
  /** `POST /v1/contracts/{contract_id}/lines` */
  readonly route: string
  /** Of path params, query and body: what must be equal for a replay. */
  readonly fingerprint: string
  /** Fields of the answer that are not stored. */
  readonly shownOnce: readonly string[]
}

export type StoredReply = AnyReply & { readonly replayed: boolean }
type Run = (ctx: Context) => Promise<AnyReply>

const KEPT_MS = 72 * HOUR_MS
const SWEEP_BATCH = 5_000

/** Checks the form of the header. Refuses `request.idempotency-key-missing` and `request.invalid`. */
export function idempotencyKeyOf(header: string | undefined): string {
  if (header === undefined || header === '') refuse('request.idempotency-key-missing')
  if (!/^[\x21-\x7e]{1,200}$/.test(header)) {
    const message = 'must be 1 to 200 printable ASCII characters'
    refuse('request.invalid', { errors: [{ path: 'headers.idempotency-key', message }] }, `Idempotency-Key ${message}`)
  }
  return header
}

/**
 * Effect and answer in one transaction: a duplicate replays the stored answer, one that comes meanwhile is refused
 * `request.in-flight`, another request under the same key `request.idempotency-key-reused`. A refusal stores nothing.
 */
export function runInTransaction(ctx: Context, keyed: Keyed, run: Run): Promise<StoredReply> {
  return transact(ctx, async (tx) => {
    const [lock] = await tx.db.sql<{ locked: boolean }[]>`
      select pg_try_advisory_xact_lock(${lockKey(tx, keyed)}::bigint) as locked`
    if (lock?.locked !== true) refuse('request.in-flight')
    const found = await load(tx, keyed)
    if (found?.reply != null) return { ...found.reply, replayed: true }
    const reply = await run(tx)
    if (reply.unrecorded !== true) await save(tx, keyed, reply)
    return { ...reply, replayed: false }
  })
}

/**
 * For handlers that call a provider: the record is committed first and a session lock held while the handler runs, so
 * that a retry after a crash runs the handler again, which must pick up where it was. After a refusal the key stays
 * bound to its request, because a provider may have seen it.
 */
export async function runResumable(pool: DbPool, ctx: Context, keyed: Keyed, run: Run): Promise<StoredReply> {
  const session = await pool.pool.reserve()
  const key = lockKey(ctx, keyed)
  try {
    const [lock] = await session<{ locked: boolean }[]>`select pg_try_advisory_lock(${key}::bigint) as locked`
    if (lock?.locked !== true) refuse('request.in-flight')
    try {
      const found = await load(ctx, keyed)
      if (found?.reply != null) return { ...found.reply, replayed: true }
      if (found === null) await begin(ctx, keyed)
      const reply = await run(ctx)
      await save(ctx, keyed, reply)
      return { ...reply, replayed: false }
    } finally {
      await session`select pg_advisory_unlock(${key}::bigint)`
    }
  } finally {
    session.release()
  }
}

/** Deletes records older than 72 hours; returns how many. For a recurring sweep. */
export async function sweepIdempotency(ctx: Pick<Context, 'db' | 'now'>): Promise<number> {
  let removed = 0
  for (;;) {
    const rows = await ctx.db.sql`
      delete from idempotency where ctid = any (array(
        select ctid from idempotency where created_at < ${before(ctx.now())} limit ${SWEEP_BATCH}))`
    removed += rows.count
    if (rows.count < SWEEP_BATCH) return removed
  }
}

function before(now: Instant): Instant {
  return addMs(now, -KEPT_MS)
}

interface Row {
  readonly fingerprint: string
  readonly state: 'started' | 'done'
  readonly status: number | null
  readonly headers: ResponseHeaders | null
  readonly body: string | null
}

async function load(ctx: Context, { key, route, fingerprint }: Keyed): Promise<{ reply: AnyReply | null } | null> {
  const [row] = await ctx.db.sql<Row[]>`
    select fingerprint, state, status, headers, body from idempotency
    where tenant_id = ${ctx.tenant} and route = ${route} and key = ${key}`
  if (row === undefined) return null
  if (row.fingerprint !== fingerprint) refuse('request.idempotency-key-reused')
  if (row.state === 'started') return { reply: null }
  if (row.status === null) throw new Defect('a finished idempotency record has no status')
  const body = row.body === null ? {} : { body: JSON.parse(row.body) as unknown }
  return { reply: { status: row.status, headers: row.headers ?? {}, ...body } }
}

async function begin(ctx: Context, { key, route, fingerprint }: Keyed): Promise<void> {
  await ctx.db.sql`
    insert into idempotency (tenant_id, key, route, fingerprint, state, created_at)
    values (${ctx.tenant}, ${key}, ${route}, ${fingerprint}, 'started', ${ctx.now()})`
}

async function save(ctx: Context, { key, route, fingerprint, shownOnce }: Keyed, reply: AnyReply): Promise<void> {
  const body = reply.body === undefined ? null : JSON.stringify(reply.body, hiding(shownOnce))
  await ctx.db.sql`
    insert into idempotency (tenant_id, key, route, fingerprint, state, status, headers, body, created_at)
    values (${ctx.tenant}, ${key}, ${route}, ${fingerprint}, 'done', ${reply.status},
      ${JSON.stringify(reply.headers ?? {})}::jsonb, ${body}, ${ctx.now()})
    on conflict (tenant_id, route, key) do update
      set state = 'done', status = excluded.status, headers = excluded.headers, body = excluded.body`
}

function hiding(fields: readonly string[]): (name: string, value: unknown) => unknown {
  return (name, value) => (fields.includes(name) ? null : value)
}

function lockKey(ctx: Context, { key, route }: Keyed): bigint {
  return createHash('sha256').update(`${ctx.tenant}\n${route}\n${key}`).digest().readBigInt64BE(0)
}
