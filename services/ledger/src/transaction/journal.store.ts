import { type Context, numberArray, sparseArray, textArray } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { type ChainHead, causeOf, genesis, type Link } from './chain.ts'
import { findClosedThrough } from './closing.store.ts'
import { type Entry, effectiveAtOf, isLate } from './entry.ts'

// More than may commit at once for one tenant: nobody waits for a lane.
export const LANES = 16

interface HeadRow {
  readonly lane: number
  readonly link: bigint
  readonly hash: string
}

export interface Lane {
  readonly head: ChainHead
  /** Read once the lane is locked: whoever closes a period holds every lane while he does. */
  readonly closedThrough: Instant | null
}

/** The end of a lane that nobody else is writing to, the first from `from` on, locked until the transaction ends. */
export async function lockLane(ctx: Context, from = 0): Promise<Lane> {
  const { sql } = ctx.db
  const free = () => sql<HeadRow[]>`
    select lane, link, hash from journal_heads where tenant_id = ${ctx.tenant}
    order by (lane + ${LANES - (from % LANES)}::int) % ${LANES}::int limit 1 for update skip locked`
  const [[lane], closedThrough] = await Promise.all([free(), findClosedThrough(ctx)])
  if (lane !== undefined) return { head: lane, closedThrough }
  await openLanes(ctx)
  const [opened] = await free()
  const [waited] =
    opened !== undefined
      ? [opened]
      : await sql<HeadRow[]>`
        select lane, link, hash from journal_heads where tenant_id = ${ctx.tenant} order by random() limit 1 for update`
  return { head: required(waited, 'the lanes were opened'), closedThrough: await findClosedThrough(ctx) }
}

/** This very lane, or null when somebody else is writing to it: waiting for it could be waiting for each other. */
export async function lockThisLane(ctx: Context, lane: number): Promise<Lane | null> {
  const [[head], closedThrough] = await Promise.all([
    ctx.db.sql<HeadRow[]>`
      select lane, link, hash from journal_heads where tenant_id = ${ctx.tenant} and lane = ${lane}
      for update skip locked`,
    findClosedThrough(ctx),
  ])
  return head === undefined ? null : { head, closedThrough }
}

async function openLanes(ctx: Context): Promise<void> {
  await ctx.db.sql`
    insert into journal_heads (tenant_id, lane, link, hash)
    select ${ctx.tenant}, lane, 0, ${genesis(0).hash} from generate_series(0, ${LANES - 1}::int) as lane
    on conflict do nothing`
}

/**
 * Until the end of the transaction no table and no index is read from end to end: rows are looked up one by one, in the
 * order they are given. A plan made over young books, which are read faster whole, would be kept while they grow; and
 * there is but one plan for any number of rows, so that none is made again for each commit.
 */
export async function alwaysByIndex({ db: { sql } }: Context): Promise<void> {
  await sql`
    select set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
      set_config('enable_hashjoin', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`
}

/** Locks every lane: until the transaction ends nothing is booked. */
export async function lockAllLanes(ctx: Context): Promise<void> {
  // In order from the first: two that began with any free lane would wait for each other.
  await openLanes(ctx)
  await ctx.db.sql`select lane from journal_heads where tenant_id = ${ctx.tenant} order by lane for update`
}

/** Appends the link to its lane and moves the end of the lane to it. */
export async function appendLink(ctx: Context, link: Link): Promise<void> {
  const { transactions } = link
  await ctx.db.sql`
    with head as (
      update journal_heads set link = ${link.link}, hash = ${link.hash}
      where tenant_id = ${ctx.tenant} and lane = ${link.lane})
    insert into journal (tenant_id, lane, link, recorded_at, transaction_ids, states, causes, prev_hash, hash)
    values (${ctx.tenant}, ${link.lane}, ${link.link}, ${link.recordedAt},
      ${textArray(transactions.map((it) => it.id))}::text[], ${textArray(transactions.map((it) => it.state))}::text[],
      ${textArray(transactions.map(causeOf))}::text[], ${link.prevHash}, ${link.hash})`
}

export async function insertEntries(
  ctx: Context,
  entries: readonly Entry[],
  ids: ReadonlyMap<string, bigint>,
  recordedAt: Instant,
): Promise<void> {
  const effective = entries.map(effectiveAtOf)
  const number = (pick: (entry: Entry) => bigint) => numberArray(entries.map(pick))
  await ctx.db.sql`
    insert into entries (tenant_id, account_id, recorded_at, version, transaction_id, movement, effective_at, late,
      debit, credit, posted_debits, posted_credits, pending_debits, pending_credits)
    select ${ctx.tenant}, u.account_id, ${recordedAt}::timestamptz, u.version, u.transaction_id, coalesce(u.movement, 'posted'),
      coalesce(u.effective_at, ${recordedAt}), u.late is not null, u.debit, u.credit, u.posted_debits, u.posted_credits, u.pending_debits, u.pending_credits
    from unnest(
      ${number((it) => required(ids.get(it.after.account.ref), 'the account was saved'))}::bigint[],
      ${number((it) => it.after.version)}::bigint[], ${textArray(entries.map((it) => it.transaction.id))}::text[],
      ${sparseArray(entries.map((it) => (it.movement === 'posted' ? null : it.movement)))}::text[],
      ${sparseArray(effective.map((at) => (at === recordedAt ? null : at)))}::timestamptz[],
      ${sparseArray(effective.map((at) => (isLate(at, recordedAt) ? 'late' : null)))}::text[],
      ${number((it) => it.debit)}::bigint[], ${number((it) => it.credit)}::bigint[],
      ${number((it) => it.after.postedDebits)}::bigint[], ${number((it) => it.after.postedCredits)}::bigint[],
      ${number((it) => it.after.pendingDebits)}::bigint[], ${number((it) => it.after.pendingCredits)}::bigint[]
    ) as u(account_id, version, transaction_id, movement, effective_at, late, debit, credit, posted_debits,
      posted_credits, pending_debits, pending_credits)`
}
