import type { Db } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { WrongRow } from './verify.store.ts'

/** A stretch of the journal; what is left out is not bounded. */
export interface ChainRange {
  readonly tenant?: Id<'tenant'>
  readonly lane?: number
  readonly fromLink?: bigint
  readonly toLink?: bigint
}

/** Links that do not follow from the link before them, or whose content is not what their hash says. */
export async function brokenLinks({ sql }: Db, range: ChainRange = {}): Promise<WrongRow[]> {
  const { tenant = null, lane = null, fromLink = 0n, toLink = null } = range
  return await sql<WrongRow[]>`
    with links as (
      select j.*, lag(j.hash) over w as hash_before, lag(j.link) over w as link_before
      from journal j
      where (${tenant}::text is null or j.tenant_id = ${tenant}) and (${lane}::int is null or j.lane = ${lane})
        and j.link >= ${fromLink}::bigint and (${toLink}::bigint is null or j.link <= ${toLink}::bigint)
      window w as (partition by j.tenant_id, j.lane order by j.link)),
    hashed as (
      select l.*, encode(sha256(convert_to(
        l.prev_hash || E'\n' || l.lane || E'\n' || l.link || E'\n' || (extract(epoch from l.recorded_at) * 1000)::bigint
        || coalesce(content.text, ''), 'UTF8')), 'hex') as computed
      from links l cross join lateral (
        select string_agg(E'\n' || concat_ws(E'\x1f', u.state, u.cause, t.id, t.recipe, t.cause, coalesce(t.reference, ''),
          coalesce(t.undoes, ''), t.booked_as, t.actor, (extract(epoch from t.effective_at) * 1000)::bigint,
          (extract(epoch from t.booked_at) * 1000)::bigint,
          coalesce((extract(epoch from t.expires_at) * 1000)::bigint::text, ''), array_to_string(t.debits, ','),
          array_to_string(t.credits, ','), array_to_string(t.amounts, ',')), '' order by u.position) as text
        from unnest(l.transaction_ids, l.states, l.causes) with ordinality as u(id, state, cause, position)
          join transactions t on t.tenant_id = l.tenant_id and t.id = u.id) content)
    select 'journal ' || tenant_id || '/' || lane || '/' || link as row,
      concat_ws('; ',
        case when link <> coalesce(link_before, ${fromLink}::bigint - (${fromLink}::bigint > 0)::int) + 1
          then 'follows ' || coalesce(link_before, 0) || ': links are missing' end,
        case when prev_hash <> coalesce(hash_before, case when link = 1 then repeat('0', 64) else prev_hash end)
          then 'does not link to the one before it' end,
        case when computed <> hash then 'its content is not what was booked' end) as detail
    from hashed
    where link <> coalesce(link_before, ${fromLink}::bigint - (${fromLink}::bigint > 0)::int) + 1
      or prev_hash <> coalesce(hash_before, case when link = 1 then repeat('0', 64) else prev_hash end)
      or computed <> hash
    order by tenant_id, lane, link limit 1000`
}

/** Lanes whose last link is not the one their head names. */
export async function cutChains({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'journal ' || h.tenant_id || '/' || h.lane || '/' || h.link as row,
      'the chain ends at ' || coalesce(l.link, 0) as detail
    from journal_heads h left join lateral (
      select link, hash from journal j where j.tenant_id = h.tenant_id and j.lane = h.lane order by link desc limit 1) l
      on true
    where (h.link, h.hash) is distinct from (coalesce(l.link, 0), coalesce(l.hash, repeat('0', 64))) order by 1`
}
