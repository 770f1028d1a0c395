import { createHash } from 'node:crypto'
import {
  type Context,
  type DbPool,
  type MigrationSource,
  numberArray,
  type SqlClient,
  textArray,
  transact,
} from '@draupnir/db'
import { Defect, refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
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
 * Effect and answer in one transaction, which `open` opens: a duplicate replays the stored answer, one that comes
 * meanwhile is refused `request.in-flight`, another request under the same key `request.idempotency-key-reused`. A refusal
 * stores nothing.
 */
export function runInTransaction(ctx: Context, keyed: Keyed, run: Run, open = transact): Promise<StoredReply> {
  return open(ctx, async (tx) => {
    const lock = lockKey(tx, keyed)
    tx.db.claim(`key ${lock}`)
    // Two statements, for what the first waits for no other has seen; they travel together.
    const [locked, found] = await Promise.all([
      tx.db.together(lockKeys, lock),
      tx.db.together(loadRecords, recordOf(tx, keyed)),
    ])
    if (!locked) refuse('request.in-flight')
    const stored = storedReply(keyed, found)
    if (stored?.reply != null) return { ...stored.reply, replayed: true }
    const reply = await run(tx)
    if (reply.unrecorded !== true) tx.db.laterTogether(saveRecords, doneRecord(tx, keyed, reply))
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
      const found = storedReply(keyed, await ctx.db.together(loadRecords, recordOf(ctx, keyed)))
      if (found?.reply != null) return { ...found.reply, replayed: true }
      if (found === null) await begin(ctx, keyed)
      const reply = await run(ctx)
      await saveRecords(ctx.db.sql, [doneRecord(ctx, keyed, reply)])
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

interface RecordOf {
  readonly tenant: Id<'tenant'>
  readonly route: string
  readonly key: string
}

function recordOf({ tenant }: Context, { route, key }: Keyed): RecordOf {
  return { tenant, route, key }
}

interface Found extends RecordOf {
  readonly fingerprint: string
  readonly state: 'started' | 'done'
  readonly status: number | null
  readonly headers: ResponseHeaders | null
  readonly body: string | null
}

async function lockKeys(sql: SqlClient, keys: readonly bigint[]): Promise<boolean[]> {
  const rows = await sql<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock(key) as locked from unnest(${numberArray(keys)}::bigint[]) with ordinality as t (key, n)
    order by n`
  return rows.map(({ locked }) => locked)
}

async function loadRecords(sql: SqlClient, records: readonly RecordOf[]): Promise<(Found | null)[]> {
  const rows = await sql<Found[]>`
    select tenant_id as tenant, route, key, fingerprint, state, status, headers, body
    from unnest(${textArray(records.map(({ tenant }) => tenant))}::text[],
      ${textArray(records.map(({ route }) => route))}::text[], ${textArray(records.map(({ key }) => key))}::text[])
      as t (tenant_id, route, key) join idempotency using (tenant_id, route, key)`
  const found = new Map(rows.map((row) => [nameOf(row), row]))
  return records.map((record) => found.get(nameOf(record)) ?? null)
}

// None of the three can contain a space but the route, which begins with a method.
function nameOf({ tenant, route, key }: RecordOf): string {
  return `${tenant} ${key} ${route}`
}

function storedReply({ fingerprint }: Keyed, row: Found | null): { readonly reply: AnyReply | null } | null {
  if (row === null) return null
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

interface Done extends RecordOf {
  readonly fingerprint: string
  readonly status: number
  /** JSON, like the body. */
  readonly headers: string
  readonly body: string | null
  readonly createdAt: Instant
}

function doneRecord(ctx: Context, keyed: Keyed, reply: AnyReply): Done {
  const { fingerprint, shownOnce } = keyed
  const body = reply.body === undefined ? null : JSON.stringify(reply.body, hiding(shownOnce))
  const headers = JSON.stringify(reply.headers ?? {})
  return { ...recordOf(ctx, keyed), fingerprint, status: reply.status, headers, body, createdAt: ctx.now() }
}

async function saveRecords(sql: SqlClient, records: readonly Done[]): Promise<readonly null[]> {
  const texts = (of: (record: Done) => string | null) => textArray(records.map(of))
  await sql`
    insert into idempotency (tenant_id, key, route, fingerprint, state, status, headers, body, created_at)
    select tenant_id, key, route, fingerprint, 'done', status, headers::jsonb, body, created_at from unnest(
      ${texts(({ tenant }) => tenant)}::text[], ${texts(({ key }) => key)}::text[], ${texts(({ route }) => route)}::text[],
      ${texts(({ fingerprint }) => fingerprint)}::text[], ${numberArray(records.map(({ status }) => status))}::int[],
      ${texts(({ headers }) => headers)}::text[], ${texts(({ body }) => body)}::text[],
      ${texts(({ createdAt }) => createdAt)}::timestamptz[])
      as t (tenant_id, key, route, fingerprint, status, headers, body, created_at)
    on conflict (tenant_id, route, key) do update
      set state = 'done', status = excluded.status, headers = excluded.headers, body = excluded.body`
  return records.map(() => null)
}

function hiding(fields: readonly string[]): (name: string, value: unknown) => unknown {
  return (name, value) => (fields.includes(name) ? null : value)
}

function lockKey(ctx: Context, { key, route }: Keyed): bigint {
  return createHash('sha256').update(`${ctx.tenant}\n${route}\n${key}`).digest().readBigInt64BE(0)
}
