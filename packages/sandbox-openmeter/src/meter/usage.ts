import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import { badRequest } from '../shared/problem.ts'
import type { Meter } from './meter.ts'

/** A filter on one dimension, as features carry it: `{ "$eq": "h100" }`. */
export interface StringFilter {
  readonly $eq?: string | null
  readonly $ne?: string | null
  readonly $in?: readonly string[] | null
  readonly $nin?: readonly string[] | null
  readonly $like?: string | null
  readonly $nlike?: string | null
  readonly $ilike?: string | null
  readonly $nilike?: string | null
  readonly $gt?: string | null
  readonly $gte?: string | null
  readonly $lt?: string | null
  readonly $lte?: string | null
  readonly $and?: readonly StringFilter[] | null
  readonly $or?: readonly StringFilter[] | null
}
export type Filters = Readonly<Record<string, StringFilter>>

/** A piece of SQL, not yet a query. */
export type Fragment = ReturnType<typeof nothing>
const nothing = (sql: Sql) => sql``

const NUMERIC = '^\\s*-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?\\s*$'

/** Text at a JSONPath of the event's data, null where it is not. */
export const dimension = (sql: Sql, path: string): Fragment =>
  sql`(jsonb_path_query_first(data, ${path}::jsonpath) #>> '{}')`

/** The number an event counts for; null where it has none: such events are flagged, never aggregated. */
export function eventValue(sql: Sql, meter: Meter): Fragment {
  if (meter.valueProperty === null) return sql`1::numeric`
  const value = dimension(sql, meter.valueProperty)
  return sql`(case when ${value} ~ ${NUMERIC} then ${value}::numeric end)`
}

export function aggregate(sql: Sql, meter: Meter): Fragment {
  const value = eventValue(sql, meter)
  switch (meter.aggregation) {
    case 'SUM':
      return sql`sum(${value})`
    case 'COUNT':
      return sql`count(*)::numeric`
    case 'UNIQUE_COUNT':
      return sql`count(distinct ${dimension(sql, meter.valueProperty ?? '$')})::numeric`
    case 'AVG':
      return sql`avg(${value})`
    case 'MIN':
      return sql`min(${value})`
    case 'MAX':
      return sql`max(${value})`
    case 'LATEST':
      return sql`(array_agg(${value} order by time desc, ingested_at desc) filter (where ${value} is not null))[1]`
    default:
      throw new Error(`unknown aggregation ${String(meter.aggregation)}`)
  }
}

/** What this meter counted for these subjects in `[from, to)`, as an exact decimal text. */
export async function usageOf(
  sql: Sql,
  meter: Meter,
  subjects: readonly string[],
  filters: Filters,
  period: { readonly from: Instant; readonly to: Instant },
): Promise<string> {
  const [row] = await sql<{ value: string | null }[]>`
    select trim_scale(${aggregate(sql, meter)})::text as value from events
    where type = ${meter.eventType} and subject = any(${[...subjects]}) and time >= ${period.from} and time < ${period.to}
      ${meter.eventFrom === null ? sql`` : sql`and time >= ${meter.eventFrom}`} ${filterSql(sql, meter, filters)}`
  return row?.value ?? '0'
}

/** The filters as conditions; a dimension the meter does not have is refused (400). */
export function filterSql(sql: Sql, meter: Meter, filters: Filters): Fragment {
  return Object.entries(filters).reduce((conditions, [key, filter]) => {
    const path = meter.groupBy[key]
    if (path === undefined) throw badRequest(`validation error: invalid group by filter: ${key}`)
    return sql`${conditions} and ${condition(sql, dimension(sql, path), filter)}`
  }, sql``)
}

function condition(sql: Sql, field: Fragment, filter: StringFilter): Fragment {
  const parts: Fragment[] = []
  const add = (value: string | null | undefined, part: (value: string) => Fragment) => {
    if (value !== null && value !== undefined) parts.push(part(value))
  }
  add(filter.$eq, (value) => sql`${field} = ${value}`)
  add(filter.$ne, (value) => sql`${field} is distinct from ${value}`)
  add(filter.$like, (value) => sql`${field} like ${value}`)
  add(filter.$nlike, (value) => sql`${field} not like ${value}`)
  add(filter.$ilike, (value) => sql`${field} ilike ${value}`)
  add(filter.$nilike, (value) => sql`${field} not ilike ${value}`)
  add(filter.$gt, (value) => sql`${field} > ${value}`)
  add(filter.$gte, (value) => sql`${field} >= ${value}`)
  add(filter.$lt, (value) => sql`${field} < ${value}`)
  add(filter.$lte, (value) => sql`${field} <= ${value}`)
  if (filter.$in) parts.push(sql`${field} = any(${[...filter.$in]})`)
  if (filter.$nin) parts.push(sql`not (${field} = any(${[...filter.$nin]}))`)
  for (const inner of filter.$and ?? []) parts.push(condition(sql, field, inner))
  if (filter.$or && filter.$or.length > 0) {
    const any = filter.$or.map((inner) => condition(sql, field, inner))
    parts.push(sql`(${any.reduce((left, right) => sql`${left} or ${right}`)})`)
  }
  if (parts.length === 0) return sql`true`
  return sql`(${parts.reduce((left, right) => sql`${left} and ${right}`)})`
}
