import type { Db } from '@draupnir/db'
import type { WrongRow } from './verify.store.ts'

/** Cash-outs that name more than they are, and legs of which something else is cashed out than cash-outs name. */
export async function unevenCashOuts({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'cash-out ' || c.tenant_id || '/' || c.id as row, 'of ' || c.amount || ', legs ' || sum(l.amount) as detail
    from cash_outs c join cash_out_legs l on l.tenant_id = c.tenant_id and l.cash_out_id = c.id
    group by c.tenant_id, c.id, c.amount having sum(l.amount) > c.amount
    union all
    select 'leg ' || g.tenant_id || '/' || g.id,
      'cashed out ' || g.cashed_out || ', cash-outs ' || coalesce(sum(l.amount) filter (where c.state <> 'failed'), 0)
    from settlement_legs g
      left join cash_out_legs l on l.tenant_id = g.tenant_id and l.leg_id = g.id
      left join cash_outs c on c.tenant_id = l.tenant_id and c.id = l.cash_out_id
    group by g.tenant_id, g.id
    having g.cashed_out <> coalesce(sum(l.amount) filter (where c.state <> 'failed'), 0)
    order by 1`
}

/** Cash-outs whose state is not what their payout has booked. */
export async function unbookedCashOuts({ sql }: Db): Promise<WrongRow[]> {
  return await sql<WrongRow[]>`
    select 'cash-out ' || c.tenant_id || '/' || c.id as row,
      'is ' || c.state || ', booked: ' || coalesce(b.booked, 'nothing') as detail
    from cash_outs c
      cross join lateral (
        select string_agg(t.recipe, ', ' order by t.id) as booked,
          coalesce(bool_or(t.recipe = 'payout.reserve'), false) as reserved,
          coalesce(bool_or(t.recipe = 'payout.settle'), false) as settled,
          coalesce(bool_or(t.recipe = 'payout.return'), false) as returned
        from transactions t
        where t.tenant_id = c.tenant_id and t.reference = c.payout_id
          and t.recipe in ('payout.reserve', 'payout.settle', 'payout.return')) b
    where (b.reserved, b.settled, b.returned) is distinct from (case c.state
        when 'requested' then (false, false, false) when 'reserved' then (true, false, false)
        when 'paid_out' then (true, true, false) else (b.reserved, b.settled, b.reserved) end)
    order by 1`
}
