import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
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

/** Edits standing after edit `seq`, from after a place until a moment, in the order of effect. */
export async function placedEdits(
  ctx: Context,
  contractId: Id<'contract'>,
  after: Place,
  seq: number,
  until: Instant = END,
): Promise<Edit[]> {
  return await ctx.db.sql<Edit[]>`
    select e.id, e.seq, e.rank, e.automatic, e.operation, e.payload, e.effective_at, e.recorded_at, e.actor, e.cause,
      e.supersedes
    from contract_placements p join contract_edits e on e.contract_id = p.contract_id and e.seq = p.edit_seq
    where p.contract_id = ${contractId} and (p.effective_at, p.rank) > (${after.effective_at}::timestamptz, ${after.rank}::int)
      and p.effective_at <= ${until}::timestamptz
      and p.stands_from <= ${seq} and (p.stands_until is null or p.stands_until > ${seq})
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
    select e.id, e.seq, e.rank, e.automatic, e.operation, e.payload, e.effective_at, e.recorded_at, e.actor, e.cause,
      e.supersedes
    from (
      select contract_id, effective_at, rank, edit_seq from contract_placements
      where contract_id = ${contractId} and effective_at >= ${from}::timestamptz
        and effective_at < ${to ?? END}::timestamptz
        and stands_from <= ${seq} and (stands_until is null or stands_until > ${seq})
      order by effective_at fetch first ${limit} rows with ties) p
    join contract_edits e on e.contract_id = p.contract_id and e.seq = p.edit_seq
    order by p.effective_at, p.rank`
}

export interface Ahead {
  /** The earliest end after the moment asked for. */
  readonly ends_at: Instant | null
  /** Edits that began after the last one was recorded, until the moment of knowledge. */
  readonly begun: number
}

/** What is known after edit `seq` of what comes after `asOf`, and of what began in `(since, knownAt]`. */
export async function lookAhead(
  ctx: Context,
  contractId: Id<'contract'>,
  seq: number,
  asOf: Instant,
  since: Instant,
  knownAt: Instant,
): Promise<Ahead> {
  const [row] = await ctx.db.sql<Ahead[]>`
    select
      (select effective_at from contract_placements
        where contract_id = ${contractId} and ends and effective_at > ${asOf}::timestamptz
          and stands_from <= ${seq} and (stands_until is null or stands_until > ${seq})
        order by effective_at limit 1) as ends_at,
      (select count(*)::int from contract_placements
        where contract_id = ${contractId} and effective_at > ${since}::timestamptz
          and effective_at <= ${knownAt}::timestamptz
          and stands_from <= ${seq} and (stands_until is null or stands_until > ${seq})) as begun`
  return row ?? { ends_at: null, begun: 0 }
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

export async function insertSnapshots(
  ctx: Context,
  contractId: Id<'contract'>,
  seq: number,
  list: readonly Step[],
): Promise<void> {
  if (list.length === 0) return
  await ctx.db.sql`
    insert into contract_snapshots (contract_id, effective_at, rank, known_from, state)
    select ${contractId}, effective_at, rank, ${seq}, state::jsonb from unnest(
      ${list.map(({ edit }) => edit.effective_at)}::timestamptz[], ${list.map(({ edit }) => edit.rank)}::int[],
      ${list.map(({ state }) => JSON.stringify(state))}::text[]) as t (effective_at, rank, state)
    on conflict do nothing`
}
