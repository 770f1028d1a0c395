import { type Context, jsonArray, numberArray, type SqlClient, textArray } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import type { Viewpoint } from './contract.ts'
import { type Edit, effectOf } from './operation.ts'
import type { Placed } from './reach.ts'
import type { Step } from './replay.ts'

/** A place in the order of effect. */
export type Place = Pick<Edit, 'effective_at' | 'rank'>

/** The fold up to a place; `state` is null at the beginning. */
export interface Snapshot extends Place {
  readonly state: ContractState | null
}

export const BEGINNING: Snapshot = { effective_at: '0001-01-01T00:00:00.000Z' as Instant, rank: 0, state: null }
const END = '9999-12-31T00:00:00.000Z' as Instant

/** The nearest snapshot before `place`, as known after edit `seq`. */
export async function snapshotBefore(
  ctx: Context,
  contractId: Id<'contract'>,
  { effective_at, rank }: Place,
  seq: number,
): Promise<Snapshot> {
  const [row] = await ctx.db.sql<Snapshot[]>`
    select effective_at, rank, state from contract_snapshots
    where contract_id = ${contractId} and (effective_at, rank) < (${effective_at}::timestamptz, ${rank}::int)
      and known_from <= ${seq} and (known_until is null or known_until > ${seq})
    order by effective_at desc, rank desc limit 1`
  return row ?? BEGINNING
}

// More than lie between two snapshots: what is read from one on takes one statement.
const CHUNK = 128

/** Edits standing after edit `seq`, from after a place until a moment, in the order of effect. */
export async function placedEdits(
  ctx: Context,
  contractId: Id<'contract'>,
  after: Place,
  seq: number,
  until: Instant = END,
): Promise<Edit[]> {
  const edits: Edit[] = []
  for (let last = after; ; ) {
    const chunk = await placedChunk(ctx, contractId, last, seq, until)
    edits.push(...chunk)
    const end = chunk.at(-1)
    if (end === undefined || chunk.length < CHUNK) return edits
    last = end
  }
}

// Limit and offset hold the planner to the order of the index and one look-up for each edit: of a contract with a long log
// it expects thousands of rows here, and then starts workers or reads the log.
async function placedChunk(
  ctx: Context,
  contractId: Id<'contract'>,
  after: Place,
  seq: number,
  until: Instant,
): Promise<Edit[]> {
  return await ctx.db.sql<Edit[]>`
    select e.* from (
      select contract_id, effective_at, rank, edit_seq from contract_placements
      where contract_id = ${contractId} and (effective_at, rank) > (${after.effective_at}::timestamptz, ${after.rank}::int)
        and effective_at <= ${until}::timestamptz
        and stands_from <= ${seq} and (stands_until is null or stands_until > ${seq})
      order by effective_at, rank limit ${CHUNK}) p
    cross join lateral (
      select id, seq, rank, automatic, operation, payload, effective_at, recorded_at, actor, cause, supersedes
      from contract_edits where contract_id = p.contract_id and seq = p.edit_seq offset 0) e
    order by p.effective_at, p.rank`
}

/** The next standing edits after a place, in the order of effect, and whether the fold up to each is stored. */
export async function placedAfter(
  ctx: Context,
  contractId: Id<'contract'>,
  after: Place,
  limit: number,
): Promise<Placed[]> {
  return await ctx.db.sql<Placed[]>`
    select e.id, e.seq, e.rank, e.automatic, e.operation, e.payload, e.effective_at, e.recorded_at, e.actor, e.cause,
      e.supersedes, s.contract_id is not null as snapped
    from (
      select contract_id, effective_at, rank, edit_seq from contract_placements
      where contract_id = ${contractId} and stands_until is null
        and (effective_at, rank) > (${after.effective_at}::timestamptz, ${after.rank}::int)
      order by effective_at, rank limit ${limit}) p
    join contract_edits e on e.contract_id = p.contract_id and e.seq = p.edit_seq
    left join contract_snapshots s on s.contract_id = p.contract_id and s.effective_at = p.effective_at
      and s.rank = p.rank and s.known_until is null
    order by p.effective_at, p.rank`
}

export interface Window {
  /** Inclusive. */
  readonly from: Instant
  /** Exclusive; null is without an end. */
  readonly to: Instant | null
}

/** The first edits of a window that stand after edit `seq`, all of the last moment; nothing else of the log is read. */
export async function placedWithin(
  ctx: Context,
  contractId: Id<'contract'>,
  { from, to }: Window,
  seq: number,
  limit: number,
): Promise<Edit[]> {
  return await ctx.db.sql<Edit[]>`
    select e.* from (
      select contract_id, effective_at, rank, edit_seq from contract_placements
      where contract_id = ${contractId} and effective_at >= ${from}::timestamptz
        and effective_at < ${to ?? END}::timestamptz
        and stands_from <= ${seq} and (stands_until is null or stands_until > ${seq})
      order by effective_at fetch first ${limit} rows with ties) p
    cross join lateral (
      select id, seq, rank, automatic, operation, payload, effective_at, recorded_at, actor, cause, supersedes
      from contract_edits where contract_id = p.contract_id and seq = p.edit_seq offset 0) e
    order by p.effective_at, p.rank`
}

/** Where to fold from, and what lies beyond. */
export interface Outlook {
  readonly base: Snapshot
  /** The last edit known, and the version after it. */
  readonly seq: number
  readonly version: number
  /** When the last edit begins that stood then. */
  readonly last_effective_at: Instant
  /** The earliest end after the moment asked for. */
  readonly ends_at: Instant | null
  /** Edits that began after the last one was recorded, until the moment of knowledge. */
  readonly begun: number
}

type OutlookRow = Omit<Outlook, 'base'> & { readonly [K in keyof Snapshot]: Snapshot[K] | null }

/** What is known at `knownAt` of the contract at `asOf` but for the edits since the nearest snapshot; null: nothing. */
export async function outlook(
  ctx: Context,
  contractId: Id<'contract'>,
  { asOf, knownAt }: Viewpoint,
): Promise<Outlook | null> {
  const [row] = await ctx.db.sql<OutlookRow[]>`
    select last.seq, last.version, last.last_effective_at, base.effective_at, base.rank, base.state,
      (select effective_at from contract_placements
        where contract_id = ${contractId} and ends and effective_at > ${asOf}::timestamptz
          and stands_from <= last.seq and (stands_until is null or stands_until > last.seq)
        order by effective_at limit 1) as ends_at,
      (select count(*)::int from contract_placements
        where contract_id = ${contractId} and effective_at > last.recorded_at
          and effective_at <= ${knownAt}::timestamptz
          and stands_from <= last.seq and (stands_until is null or stands_until > last.seq)) as begun
    from (
      select seq, version, recorded_at, last_effective_at from contract_edits
      where contract_id = ${contractId} and tenant_id = ${ctx.tenant} and recorded_at <= ${knownAt}::timestamptz
      order by recorded_at desc, seq desc limit 1) last
    left join lateral (
      select effective_at, rank, state from contract_snapshots
      where contract_id = ${contractId} and effective_at <= least(${asOf}::timestamptz, last.last_effective_at)
        and known_from <= last.seq and (known_until is null or known_until > last.seq)
      order by effective_at desc, rank desc limit 1) base on true`
  if (row === undefined) return null
  const { effective_at, rank, state, ...rest } = row
  return { ...rest, base: effective_at === null || rank === null ? BEGINNING : { effective_at, rank, state } }
}

/** Whether an edit stands now. */
export async function isStanding(ctx: Context, contractId: Id<'contract'>, seq: number): Promise<boolean> {
  const rows = await ctx.db.sql`
    select 1 from contract_placements
    where contract_id = ${contractId} and edit_seq = ${seq} and stands_until is null`
  return rows.length > 0
}

/** Takes edits out of the order of effect, as known from edit `seq` on, and puts others in. */
export async function movePlacements(
  ctx: Context,
  contractId: Id<'contract'>,
  seq: number,
  { removed, added }: { readonly removed: readonly Edit[]; readonly added: readonly Edit[] },
): Promise<void> {
  const { sql } = ctx.db
  if (removed.length > 0)
    await sql`update contract_placements set stands_until = ${seq}
      where contract_id = ${contractId} and stands_until is null and edit_seq = any(${removed.map((edit) => edit.seq)})`
  if (added.length > 0)
    await sql`
      insert into contract_placements (contract_id, effective_at, rank, edit_seq, stands_from, ends)
      select ${contractId}, effective_at, rank, edit_seq, ${seq}, ends::boolean from unnest(
        ${added.map((edit) => edit.effective_at)}::timestamptz[], ${added.map((edit) => edit.rank)}::int[],
        ${added.map((edit) => edit.seq)}::int[],
        ${added.map((edit) => String(effectOf(edit)?.operation === 'terminate'))}::text[]) as t (effective_at, rank, edit_seq, ends)`
}

/** Snapshots from a place on, until another or without an end, are not what is known from edit `seq` on. */
export async function forgetSnapshots(
  ctx: Context,
  contractId: Id<'contract'>,
  { effective_at, rank }: Place,
  until: Place | null,
  seq: number,
): Promise<void> {
  const end = until ?? { effective_at: END, rank: 0 }
  await ctx.db.sql`
    update contract_snapshots set known_until = ${seq}
    where contract_id = ${contractId} and known_until is null
      and (effective_at, rank) >= (${effective_at}::timestamptz, ${rank}::int)
      and (effective_at, rank) < (${end.effective_at}::timestamptz, ${end.rank}::int)`
}

/** The fold up to some places of a contract, as known from edit `seq` on. */
export interface Snapped {
  readonly contractId: Id<'contract'>
  readonly seq: number
  readonly steps: readonly Step[]
}

export async function insertSnapshots(sql: SqlClient, list: readonly Snapped[]): Promise<readonly null[]> {
  const rows = list.flatMap(({ steps, ...of }) => steps.map((step) => ({ ...of, ...step })))
  await sql`
    insert into contract_snapshots (contract_id, effective_at, rank, known_from, state)
    select * from rows from (
      unnest(${textArray(rows.map(({ contractId }) => contractId))}::text[],
        ${textArray(rows.map(({ edit }) => edit.effective_at))}::timestamptz[],
        ${numberArray(rows.map(({ edit }) => edit.rank))}::int[], ${numberArray(rows.map(({ seq }) => seq))}::int[]),
      jsonb_array_elements(${jsonArray(rows.map(({ state }) => JSON.stringify(state)))}::jsonb))
    on conflict do nothing`
  return list.map(() => null)
}
