import type { Context, Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'

/** A commit of the journal that is not mirrored as a whole. */
export interface WaitingLink {
  readonly lane: number
  readonly link: bigint
  readonly transaction_ids: readonly Id<'transaction'>[]
}

const LINKS_OF_LANE = 64

/** Lanes behind and tenants with something open that may be worked on now. */
export async function countBehind({ sql }: Db, at: Instant): Promise<number> {
  const [row] = await sql<{ lanes: number }[]>`
    select ((select count(*) from journal_heads h
        left join mirror_positions p on p.tenant_id = h.tenant_id and p.lane = h.lane
        left join mirror_ledgers l on l.tenant_id = h.tenant_id
        where h.link > coalesce(p.link, 0) and (l.not_before is null or l.not_before <= ${at}))
      + (select count(*) from mirror_ledgers l where l.not_before <= ${at} and exists (
        select from mirror_copies c where c.tenant_id = l.tenant_id and c.state is distinct from c.asked
          and c.problem is null)))::int as lanes`
  return row?.lanes ?? 0
}

/** Tenants that are behind and may be worked on, those that waited longest first. */
export async function tenantsBehind({ sql }: Db, at: Instant): Promise<Id<'tenant'>[]> {
  const rows = await sql<{ tenant_id: Id<'tenant'> }[]>`
    select tenant_id, min(not_before) from (
      select h.tenant_id, l.not_before from journal_heads h
        left join mirror_positions p on p.tenant_id = h.tenant_id and p.lane = h.lane
        left join mirror_ledgers l on l.tenant_id = h.tenant_id
      where h.link > coalesce(p.link, 0)
      union all
      select l.tenant_id, l.not_before from mirror_ledgers l where exists (
        select from mirror_copies c where c.tenant_id = l.tenant_id and c.state is distinct from c.asked
          and c.problem is null)) waiting
    where not_before is null or not_before <= ${at}
    group by tenant_id order by 2 nulls first, 1`
  return rows.map((row) => row.tenant_id)
}

/** The next links of every lane in turn, in order within each lane. */
export async function nextLinks({ db: { sql }, tenant }: Context): Promise<WaitingLink[]> {
  return await sql<WaitingLink[]>`
    select j.lane, j.link, j.transaction_ids from journal_heads h
      left join mirror_positions p on p.tenant_id = h.tenant_id and p.lane = h.lane
      cross join lateral (
        select lane, link, transaction_ids from journal j
        where j.tenant_id = h.tenant_id and j.lane = h.lane and j.link > coalesce(p.link, 0)
        order by j.link limit ${LINKS_OF_LANE}) j
    where h.tenant_id = ${tenant} and h.link > coalesce(p.link, 0)
    order by j.link - coalesce(p.link, 0), j.lane`
}

export async function savePositions(
  { db: { sql }, tenant }: Context,
  positions: ReadonlyMap<number, bigint>,
): Promise<void> {
  if (positions.size === 0) return
  await sql`
    insert into mirror_positions (tenant_id, lane, link)
    select ${tenant}, u.lane, u.link from unnest(
      ${[...positions.keys()]}::smallint[], ${[...positions.values()].map(String)}::bigint[]) as u(lane, link)
    on conflict (tenant_id, lane) do update set link = greatest(mirror_positions.link, excluded.link)`
}

export interface Lag {
  readonly links: number
  readonly transactions: number
  readonly oldest_recorded_at: Instant | null
}

/** How far the mirror is behind the journal. */
export async function readLag({ db: { sql }, tenant }: Context): Promise<Lag> {
  const [row] = await sql<Lag[]>`
    select count(*)::int as links, coalesce(sum(cardinality(j.transaction_ids)), 0)::int as transactions,
      min(j.recorded_at) as oldest_recorded_at
    from journal_heads h
      left join mirror_positions p on p.tenant_id = h.tenant_id and p.lane = h.lane
      join journal j on j.tenant_id = h.tenant_id and j.lane = h.lane and j.link > coalesce(p.link, 0)
    where h.tenant_id = ${tenant}`
  return row ?? { links: 0, transactions: 0, oldest_recorded_at: null }
}
