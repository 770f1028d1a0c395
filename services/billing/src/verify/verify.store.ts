import type { Db } from '@draupnir/db'

type Source = Pick<Db, 'sql'>

interface Finding {
  readonly row: string
  readonly detail: string
}

/** Invoices whose lines do not sum to their total. */
export async function linesOffTotal({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'invoice ' || id as row, 'lines sum to ' || lines_total || ', total is ' || total as detail
    from (select i.id, i.total, coalesce(sum((line -> 'amount' ->> 'amount')::bigint), 0) as lines_total
      from invoices i left join lateral jsonb_array_elements(i.lines) line on true group by i.id) sums
    where lines_total <> total`
}

/** Invoices of OpenMeter that the invoices of their buyers do not sum to. */
export async function portionsOffTotal({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'OpenMeter invoice ' || openmeter_invoice_id as row, 'comes to ' || max(rated_total) || ', its invoices to ' || sum(total) as detail
    from invoices group by openmeter_invoice_id having sum(total) <> max(rated_total) or max(rated_total) <> min(rated_total)`
}

/** Invoice lines whose buyer did not have the contract as they began. */
export async function linesOfOthers({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'invoice ' || i.id as row, 'line ' || (line ->> 'id') || ' began when ' || had.buyer_id || ' had the contract' as detail
    from invoices i
    join contracts c on c.id = i.contract_id and c.tenant_id = i.tenant_id
    cross join lateral jsonb_array_elements(i.lines) line
    cross join lateral (
      select b.buyer ->> 'buyer_id' as buyer_id from jsonb_array_elements(c.buyers) with ordinality b (buyer, place)
      where place = 1 or date_trunc('second', (b.buyer ->> 'from')::timestamptz) <= (line -> 'period' ->> 'from')::timestamptz
      order by place desc limit 1) had
    where had.buyer_id <> i.buyer_id`
}

/** Tenants whose numbers are not 1, 2, 3 … up to the last one given. */
export async function numberGaps({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'tenant ' || coalesce(n.tenant_id, i.tenant_id) as row,
      'numbers reach ' || coalesce(n.last_number, 0) || ', ' || coalesce(i.made, 0) || ' invoices reach ' || coalesce(i.highest, 0)
        as detail
    from invoice_numbers n
    full join (select tenant_id, count(*) as made, max(substring(number from 5)::bigint) as highest
      from invoices group by tenant_id) i on i.tenant_id = n.tenant_id
    where n.last_number is distinct from i.made or n.last_number is distinct from i.highest`
}

/** Invoices whose amount paid is not what was collected and kept, or whose state does not follow from it. */
export async function paidWithoutCollection({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'invoice ' || i.id as row, 'is ' || i.state || ' with ' || i.amount_paid || ' of ' || i.total || ' paid, '
      || coalesce(sum(c.amount - c.reversed), 0) || ' committed' as detail
    from invoices i
    left join collections c on c.invoice_id = i.id and c.state in ('committed', 'reversed') and c.currency = i.currency
    group by i.id having i.amount_paid <> coalesce(sum(c.amount - c.reversed), 0)
      or (i.state = 'paid') <> (i.amount_paid = i.total) or (i.state = 'partially_paid' and i.amount_paid = 0)
      or (i.state = 'issued' and i.amount_paid > 0)`
}

/** Invoices of which more is committed or asked for than their total. */
export async function collectedTwice({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'invoice ' || i.id as row, 'of ' || i.total || ', ' || sum(c.amount - c.reversed) || ' is committed or asked for' as detail
    from invoices i join collections c on c.invoice_id = i.id and c.state in ('requested', 'committed')
    group by i.id having sum(c.amount - c.reversed) > i.total`
}

/** Open invoices that nobody tries to collect: no attempt, or refused although money came meanwhile. */
export async function uncollected({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'invoice ' || i.id as row, case when c.id is null then 'was never asked for' else 'was not asked for again' end as detail
    from invoices i
    left join lateral (select * from collections where invoice_id = i.id order by attempt desc limit 1) c on true
    where i.state <> 'paid' and (c.id is null or (c.state <> 'requested' and c.funds_came))`
}

/** Contracts whose billing status is not what their invoices say; whether the contract has ended is left open. */
export async function wrongStatuses({ sql }: Source): Promise<Finding[]> {
  return await sql<Finding[]>`
    select 'contract ' || id as row, 'is ' || billing_status || ', its invoices say ' || said as detail
    from (select c.id, c.billing_status, case
        when bool_or(i.state = 'past_due') then 'past_due' when bool_or(i.state in ('issued', 'partially_paid')) then 'due'
        when bool_or(i.state = 'paid') then 'current' else 'none' end as said
      from contracts c left join invoices i on i.contract_id = c.id and i.tenant_id = c.tenant_id group by c.id) told
    where said <> billing_status and not (said = 'current' and billing_status = 'settled')`
}
