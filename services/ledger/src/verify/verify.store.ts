import type { Db } from '@draupnir/db'

/** A row that breaks an invariant, and how. */
export interface WrongRow {
  readonly row: string
  readonly detail: string
}

/** Debits and credits of the stored balances, by tenant and currency, where they differ. */
export async function unbalanced({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'currency ' || tenant_id || '/' || currency as row,
      'debits ' || sum(posted_debits) || ', credits ' || sum(posted_credits) || ' (pending: '
        || sum(pending_debits) || ', ' || sum(pending_credits) || ')' as detail
    from accounts group by tenant_id, currency
    having sum(posted_debits) <> sum(posted_credits) or sum(pending_debits) <> sum(pending_credits)`
}

/** Accounts whose stored balance is not what the postings of all transactions add up to. */
export async function driftedBalances({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    with sides as (
      select t.tenant_id, p.debit as ref, t.state, p.amount as debit, 0 as credit
      from transactions t cross join lateral unnest(t.debits, t.amounts) as p(debit, amount) where t.state <> 'voided'
      union all
      select t.tenant_id, p.credit, t.state, 0, p.amount
      from transactions t cross join lateral unnest(t.credits, t.amounts) as p(credit, amount) where t.state <> 'voided'),
    told as (
      select tenant_id, ref,
        coalesce(sum(debit) filter (where state = 'posted'), 0) as posted_debits,
        coalesce(sum(credit) filter (where state = 'posted'), 0) as posted_credits,
        coalesce(sum(debit) filter (where state = 'pending'), 0) as pending_debits,
        coalesce(sum(credit) filter (where state = 'pending'), 0) as pending_credits
      from sides group by tenant_id, ref)
    select 'account ' || coalesce(a.tenant_id, j.tenant_id) || '/' || coalesce(a.ref, j.ref) as row,
      'stored ' || concat_ws('/', a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
        || ', journal ' || concat_ws('/', coalesce(j.posted_debits, 0), coalesce(j.posted_credits, 0),
          coalesce(j.pending_debits, 0), coalesce(j.pending_credits, 0))
        || ' (posted debits/credits, pending debits/credits)' as detail
    from accounts a full join told j on j.tenant_id = a.tenant_id and j.ref = a.ref
    where (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
      is distinct from (coalesce(j.posted_debits, 0), coalesce(j.posted_credits, 0),
        coalesce(j.pending_debits, 0), coalesce(j.pending_credits, 0))
    order by 1`
}

/** Entries that do not follow from the entry before them, and accounts that do not hold what their last entry says. */
export async function brokenHistories({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    with steps as (
      select e.*,
        lag(version, 1, 0) over w as version_before, lead(version) over w is null as last,
        posted_debits - lag(posted_debits, 1, 0) over w as posted_debit,
        posted_credits - lag(posted_credits, 1, 0) over w as posted_credit,
        pending_debits - lag(pending_debits, 1, 0) over w as pending_debit,
        pending_credits - lag(pending_credits, 1, 0) over w as pending_credit
      from entries e window w as (partition by account_id order by recorded_at, version))
    select 'entry ' || s.tenant_id || '/' || coalesce(a.ref, '?') || '/' || s.version as row,
      case when s.last and (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits, a.version)
          is distinct from (s.posted_debits, s.posted_credits, s.pending_debits, s.pending_credits, s.version)
        then 'is the last, but the account holds something else'
        else 'does not follow from the entry before it' end as detail
    from steps s left join accounts a on a.id = s.account_id
    where s.version <> s.version_before + 1
      or (s.posted_debit, s.posted_credit) is distinct from (case when s.movement in ('posted', 'settled')
        then (s.debit, s.credit) else (0::bigint, 0::bigint) end)
      or (s.pending_debit, s.pending_credit) is distinct from (case s.movement when 'pending' then (s.debit, s.credit)
        when 'posted' then (0::bigint, 0::bigint) else (-s.debit, -s.credit) end)
      or (s.last and (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits, a.version)
        is distinct from (s.posted_debits, s.posted_credits, s.pending_debits, s.pending_credits, s.version))
    order by 1 limit 1000`
}

/** Transactions that the journal does not tell of exactly: once when booked, once when ended. */
export async function untoldStates({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    with told as (
      select j.tenant_id, u.id, count(*) filter (where t.lane = j.lane and t.link = j.link and u.state = t.booked_as) as booked,
        count(*) filter (where t.booked_as = 'pending' and u.state <> 'pending') as ended,
        max(u.state) filter (where u.state <> 'pending') as end_state
      from journal j cross join lateral unnest(j.transaction_ids, j.states) as u(id, state)
        join transactions t on t.tenant_id = j.tenant_id and t.id = u.id
      group by j.tenant_id, u.id)
    select 'transaction ' || t.tenant_id || '/' || t.id as row,
      'is ' || t.state || ', the journal says ' || coalesce(told.end_state, case when told.booked = 1 then 'pending' end, 'nothing')
        as detail
    from transactions t left join told on told.tenant_id = t.tenant_id and told.id = t.id
    where told.booked is distinct from 1 or told.ended <> (t.resolved_at is not null)::int
      or t.state is distinct from coalesce(told.end_state, 'pending')
    order by 1 limit 1000`
}

export interface Floor {
  readonly account: string
  readonly normal: string
  readonly floor: string
}

/** Accounts below the floor of the chart, whatever floor their row names. */
export async function belowFloor({ sql }: Db, floors: readonly Floor[]): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'account ' || a.tenant_id || '/' || a.ref as row, 'holds ' || b.held || ', floor ' || f.floor as detail
    from accounts a
      join unnest(${floors.map((it) => it.account)}::text[], ${floors.map((it) => it.normal)}::text[],
        ${floors.map((it) => it.floor)}::bigint[]) as f(account, normal, floor) on f.account = a.account
      cross join lateral (select case f.normal
        when 'credit' then posted_credits - posted_debits - pending_debits
        else posted_debits - posted_credits - pending_credits end as held) b
    where b.held < f.floor order by 1`
}

/** Settlements whose shares are not the whole, payments that are not their legs, shares of which more than all is paid. */
export async function unevenSettlements({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'settlement ' || s.tenant_id || '/' || s.id as row,
      'gross ' || s.gross || ', shares ' || coalesce(sum(h.amount), 0) as detail
    from settlements s left join settlement_shares h on h.tenant_id = s.tenant_id and h.settlement_id = s.id
    group by s.tenant_id, s.id, s.gross having s.gross <> coalesce(sum(h.amount), 0)
    union all
    select 'payment ' || p.tenant_id || '/' || p.collection_id,
      'of ' || p.amount || ' less ' || p.reversed || ', legs ' || coalesce(sum(l.amount), 0) || ' less '
        || coalesce(sum(l.reversed), 0)
    from payments p left join settlement_legs l
      on l.tenant_id = p.tenant_id and l.settlement_id = p.settlement_id and l.collection_id = p.collection_id
    where p.settlement_id is not null group by p.tenant_id, p.collection_id
    having p.amount <> coalesce(sum(l.amount), 0) or p.reversed <> coalesce(sum(l.reversed), 0)
    union all
    select 'settlement ' || h.tenant_id || '/' || h.settlement_id,
      'share ' || h.position || ' of ' || h.amount || ', paid ' || sum(l.amount - l.reversed)
    from settlement_shares h join settlement_legs l
      on l.tenant_id = h.tenant_id and l.settlement_id = h.settlement_id and l.share = h.position
    group by h.tenant_id, h.settlement_id, h.position having sum(l.amount - l.reversed) > h.amount
    order by 1`
}

/** Legs of which another amount is reversed than was taken back, and reversals that no posting made. */
export async function unevenReversals({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'leg ' || l.tenant_id || '/' || l.id as row,
      l.state || ', ' || l.reversed || ' of ' || l.amount || ' reversed, ' || coalesce(sum(r.amount), 0) || ' taken back' as detail
    from settlement_legs l left join settlement_reversals r on r.tenant_id = l.tenant_id and r.leg_id = l.id
    group by l.tenant_id, l.id
    having l.reversed <> coalesce(sum(r.amount), 0) or (l.state = 'reversed') <> (l.reversed = l.amount)
    union all
    select 'transaction ' || r.tenant_id || '/' || r.transaction_id,
      'took ' || coalesce(max(p.amount), 0) || ' from ' || r.account_ref || ', legs say ' || sum(r.amount)
    from settlement_reversals r
      left join lateral (
        select sum(u.amount) as amount from transactions t cross join lateral unnest(t.debits, t.amounts) u(debit, amount)
        where t.tenant_id = r.tenant_id and t.id = r.transaction_id and u.debit = r.account_ref) p on true
    group by r.tenant_id, r.transaction_id, r.account_ref having coalesce(max(p.amount), 0) < sum(r.amount)
    order by 1`
}

/** Lots whose parts do not sum to what the pay-in brought. */
export async function unevenLots({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'lot ' || l.tenant_id || '/' || l.pay_in_id as row,
      'brought ' || l.amount || case when l.returned_at is null then '' else ' and took it back' end || ', has '
        || l.remaining || ' left, ' || l.recouped || ' recouped and ' || coalesce(sum(u.amount), 0) || ' in use' as detail
    from funding_lots l left join funding_uses u on u.tenant_id = l.tenant_id and u.pay_in_id = l.pay_in_id
    group by l.tenant_id, l.pay_in_id
    having l.remaining + l.recouped + coalesce(sum(u.amount), 0) <> case when l.returned_at is null then l.amount else 0 end
    order by 1`
}

/** Payments that do not stand on as much as they are. */
export async function unfundedPayments({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'payment ' || p.tenant_id || '/' || p.collection_id as row,
      'of ' || p.amount || ' less ' || p.reversed || ' stands on ' || coalesce(sum(u.amount), 0) as detail
    from payments p left join funding_uses u on u.tenant_id = p.tenant_id and u.collection_id = p.collection_id
    group by p.tenant_id, p.collection_id having p.amount - p.reversed <> coalesce(sum(u.amount), 0) order by 1`
}

/** Accounts that hold less than the legs that are still seasoning there, or the payments that are committed there. */
export async function uncoveredLegs({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    with promised as (
      select tenant_id, to_ref as ref, sum(amount - reversed) as amount from settlement_legs
      where state = 'seasoning' group by tenant_id, to_ref
      union all
      select tenant_id, buyer_id || ':committed:' || currency, sum(amount) from payments
      where state = 'committed' group by tenant_id, buyer_id, currency)
    select 'account ' || p.tenant_id || '/' || p.ref as row,
      'holds ' || coalesce(a.posted_credits - a.posted_debits, 0) || ', legs and payments there come to ' || p.amount as detail
    from promised p left join accounts a on a.tenant_id = p.tenant_id and a.ref = p.ref
    where coalesce(a.posted_credits - a.posted_debits, 0) < p.amount order by 1`
}
