import type { Db } from '@draupnir/db'
import { type Check, checkOf, type Finding } from '@draupnir/service'

type Source = Pick<Db, 'sql'>

/** The invariants of invoices and their collection. */
export async function verify({ db }: { readonly db: Source }): Promise<readonly Check[]> {
  return [
    checkOf('billing.lines-sum-to-total', await linesOffTotal(db)),
    checkOf('billing.numbers-gapless', await numberGaps(db)),
    checkOf('billing.paid-means-collected', await paidWithoutCollection(db)),
    checkOf('billing.collected-once', await collectedTwice(db)),
  ]
}

function linesOffTotal({ sql }: Source): Promise<Finding[]> {
  return sql<Finding[]>`
    select 'invoice ' || id as row, 'lines sum to ' || lines_total || ', total is ' || total as detail
    from (select i.id, i.total, coalesce(sum((line -> 'amount' ->> 'amount')::bigint), 0) as lines_total
      from invoices i left join lateral jsonb_array_elements(i.lines) line on true group by i.id) sums
    where lines_total <> total`
}

function numberGaps({ sql }: Source): Promise<Finding[]> {
  return sql<Finding[]>`
    select 'tenant ' || n.tenant_id as row, 'numbers reach ' || n.last_number || ', invoices are ' || count(i.id) as detail
    from invoice_numbers n left join invoices i on i.tenant_id = n.tenant_id
    group by n.tenant_id, n.last_number having count(i.id) <> n.last_number`
}

function paidWithoutCollection({ sql }: Source): Promise<Finding[]> {
  return sql<Finding[]>`
    select 'invoice ' || i.id as row, 'is ' || i.state || ' with ' || count(c.id) || ' committed collections of its total' as detail
    from invoices i
    left join collections c on c.invoice_id = i.id and c.state = 'committed' and c.amount = i.total and c.currency = i.currency
    where i.total > 0 group by i.id, i.state
    having (i.state = 'paid') <> (count(c.id) = 1)`
}

function collectedTwice({ sql }: Source): Promise<Finding[]> {
  return sql<Finding[]>`
    select 'invoice ' || invoice_id as row, count(*) || ' collections are committed' as detail
    from collections where state = 'committed' group by invoice_id having count(*) > 1`
}
