import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import { getCustomer } from '../customer/customer.store.ts'
import { usageSubjects } from '../customer/customer.ts'
import { badRequest } from '../shared/problem.ts'
import { compact } from '../shared/shape.ts'
import type { Meter } from './meter.ts'
import { aggregate, dimension, type Filters, filterSql } from './usage.ts'

export interface MeterQuery {
  readonly from?: Instant
  readonly to?: Instant
  readonly windowSize?: 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH'
  readonly windowTimeZone?: string
  readonly subject?: readonly string[]
  readonly filterCustomerId?: readonly string[]
  readonly groupBy?: readonly string[]
  readonly filters?: Filters
}

interface Row {
  readonly value: string | null
  readonly windowStart: Instant
  readonly windowEnd: Instant
  readonly subject: string | null
  readonly customerId?: string
  readonly groups: (string | null)[]
}

/** Windows without events are absent. Values are floats, as in the original: not for money. */
export async function queryMeter(sql: Sql, meter: Meter, query: MeterQuery) {
  const dimensions = (query.groupBy ?? []).filter((key) => key !== 'subject' && key !== 'customer_id')
  for (const key of dimensions) {
    if (meter.groupBy[key] === undefined) throw badRequest(`validation error: invalid group by: ${key}`)
  }
  const customers = await Promise.all((query.filterCustomerId ?? []).map((id) => getCustomer(sql, id)))
  const scopes = customers.length === 0 ? [undefined] : customers
  const rows: Row[] = []
  for (const customer of scopes) {
    const subjects = customer ? usageSubjects(customer) : undefined
    const found = await run(sql, meter, query, dimensions, subjects)
    rows.push(...found.map((row) => (customer ? { ...row, customerId: customer.id } : row)))
  }
  return {
    ...compact({ from: query.from, to: query.to, windowSize: query.windowSize }),
    data: rows
      .filter((row) => row.value !== null)
      .map((row) => ({
        value: Number(row.value),
        windowStart: row.windowStart,
        windowEnd: row.windowEnd,
        subject: row.subject,
        ...(row.customerId === undefined ? {} : { customerId: row.customerId }),
        groupBy: Object.fromEntries(dimensions.map((key, index) => [key, row.groups[index] ?? null])),
      })),
  }
}

async function run(
  sql: Sql,
  meter: Meter,
  query: MeterQuery,
  dimensions: readonly string[],
  subjects: readonly string[] | undefined,
): Promise<Row[]> {
  const bySubject = (query.subject ?? []).length > 0 || (query.groupBy ?? []).includes('subject')
  const groups = dimensions.map((key) => dimension(sql, meter.groupBy[key] ?? '$'))
  const groupArray = groups.reduce((list, group, i) => (i === 0 ? group : sql`${list}, ${group}`), sql``)
  const unit = query.windowSize?.toLowerCase()
  const zone = query.windowTimeZone ?? 'UTC'
  const window = unit === undefined ? sql`null::timestamptz` : sql`date_trunc(${unit}::text, time, ${zone}::text)`
  const end =
    unit === undefined
      ? sql`date_trunc('minute', max(time)) + interval '1 minute'`
      : sql`(min(bucket) at time zone ${zone}::text + ('1 ' || ${unit}::text)::interval) at time zone ${zone}::text`
  return sql<Row[]>`
    select trim_scale(${aggregate(sql, meter)})::text as value,
      coalesce(min(bucket), ${query.from ?? null}::timestamptz, date_trunc('minute', min(time))) as "windowStart",
      ${unit === undefined && query.to !== undefined ? sql`${query.to}::timestamptz` : end} as "windowEnd",
      ${bySubject ? sql`subject` : sql`null::text`} as subject, groups
    from (select *, ${window} as bucket, array[${groupArray}]::text[] as groups from events
      where type = ${meter.eventType}
        ${query.from === undefined ? sql`` : sql`and time >= ${query.from}`}
        ${query.to === undefined ? sql`` : sql`and time < ${query.to}`}
        ${meter.eventFrom === null ? sql`` : sql`and time >= ${meter.eventFrom}`}
        ${subjects === undefined ? sql`` : sql`and subject = any(${[...subjects]})`}
        ${(query.subject ?? []).length === 0 ? sql`` : sql`and subject = any(${[...(query.subject ?? [])]})`}
        ${filterSql(sql, meter, query.filters ?? {})}) matching
    group by bucket, groups ${bySubject ? sql`, subject` : sql``}
    having count(*) > 0
    order by "windowStart", groups`
}
