import type { JsonValue } from '@draupnir/errors'
import type { Sql } from '@draupnir/sandbox'
import type postgres from 'postgres'
import type { Kind, Resource } from '../store/resource.ts'
import { invalid } from './errors.ts'
import { isMembers, type Query, type QueryValue } from './query.ts'
import type { Reply } from './route.ts'
import type { Unit } from './unit.ts'

type Fragment = postgres.PendingQuery<postgres.Row[]>
/** One query parameter of a list, as a condition on `resource`. */
export type Filter = (sql: Sql, value: QueryValue, parameter: string) => Fragment

export type Filters = Readonly<Record<string, Filter>>

const PAGING = ['after_cursor', 'per_page']
const DEFAULT_PER_PAGE = 25
const MAX_PER_PAGE = 100
const OPERATORS: Readonly<Record<string, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', not_eq: '<>' }

/** The field equals the parameter. */
export function equals(field: string): Filter {
  return (sql, value, parameter) => contains(sql, { [field]: text(value, parameter) })
}

/** The field equals the parameter, or one of several, of which only these values exist. */
export function oneOf(field: string, values: readonly string[]): Filter {
  return (sql, value, parameter) => {
    const given = Array.isArray(value) ? [...value] : [text(value, parameter)]
    if (!given.every((each) => values.includes(each)))
      invalid(parameter, `${parameter} is not one of ${values.join(', ')}`)
    return sql`body ->> ${field}::text in ${sql(given)}`
  }
}

export function flag(field: string): Filter {
  return (sql, value, parameter) => {
    const given = text(value, parameter)
    if (given !== 'true' && given !== 'false') invalid(parameter, `${parameter} must be true or false`)
    return contains(sql, { [field]: given === 'true' })
  }
}

/** What the bank knows, in `extra`, equals the parameter. */
export function known(field: string): Filter {
  return (sql, value, parameter) => sql`extra @> ${sql.json({ [field]: text(value, parameter) })}`
}

/** The list in the field holds the parameter. */
export function holds(field: string): Filter {
  return (sql, value, parameter) => contains(sql, { [field]: [text(value, parameter)] })
}

/** `metadata[k]=v`, several of them together. */
export const metadata: Filter = (sql, value, parameter) => {
  if (!isMembers(value)) return invalid(parameter, 'metadata is written metadata[key]')
  return contains(sql, { metadata: { ...value } })
}

/** Times and dates from the parameter on. */
export function from(field: string): Filter {
  return (sql, value, parameter) =>
    sql`(body ->> ${field})::timestamptz >= ${moment(value, parameter)}::text::timestamptz`
}

/** Times and dates up to and with the parameter. */
export function until(field: string): Filter {
  return (sql, value, parameter) =>
    sql`(body ->> ${field})::timestamptz <= ${moment(value, parameter)}::text::timestamptz`
}

/** `field[gte]=…` and its like on times. */
export function between(field: string): Filter {
  return (sql, value, parameter) => {
    if (!isMembers(value)) return invalid(parameter, `${parameter} needs an operator`)
    const parts = Object.entries(value).map(([name, bound]) => {
      const operator = OPERATORS[name] ?? invalid(parameter, `${name} is not an operator`)
      return sql`and (body ->> ${field})::timestamptz ${sql.unsafe(operator)} ${moment(bound, parameter)}::text::timestamptz`
    })
    return sql`true ${parts.reduce((all, part) => sql`${all} ${part}`, sql``)}`
  }
}

/** `amount[gte]=…` and its like on numbers. */
export function compared(number: (sql: Sql) => Fragment): Filter {
  return (sql, value, parameter) => {
    if (!isMembers(value)) return invalid(parameter, `${parameter} needs an operator`)
    const parts = Object.entries(value).map(([name, bound]) => {
      const operator = OPERATORS[name] ?? invalid(parameter, `${name} is not an operator`)
      if (!/^-?\d{1,36}$/.test(bound)) invalid(parameter, `${parameter} must be an integer`)
      return sql`and ${number(sql)} ${sql.unsafe(operator)} ${bound}::text::numeric`
    })
    return sql`true ${parts.reduce((all, part) => sql`${all} ${part}`, sql``)}`
  }
}

/** A number of the body. */
export function numberIn(field: string): (sql: Sql) => Fragment {
  return (sql) => sql`(body ->> ${field})::numeric`
}

/** `id[]=a&id[]=b`. */
export const ids: Filter = (sql, value) => sql`id::text in ${sql(Array.isArray(value) ? [...value] : [String(value)])}`

/** One page of a kind, newest first, with the headers by which the SDK asks for the next. */
export async function listPage(
  unit: Unit,
  kind: Kind,
  query: Query,
  filters: Filters,
  within: Readonly<Record<string, JsonValue>> = {},
): Promise<Reply> {
  const { sql } = unit
  const perPage = pageSize(query.get('per_page'))
  let where = sql`kind = ${kind} and discarded_at is null and ${contains(sql, within)}`
  for (const [name, value] of query) {
    if (PAGING.includes(name)) continue
    const filter = filters[name] ?? invalid(name, `The sandbox cannot filter this list by ${name}`)
    where = sql`${where} and ${filter(sql, value, name)}`
  }
  const cursor = query.get('after_cursor')
  if (cursor !== undefined && cursor !== '') where = sql`${where} and seq < ${await position(unit, kind, cursor)}`
  const rows = await sql<Resource<Kind>[]>`
    select body, extra from resource where ${where} order by seq desc limit ${perPage + 1}`
  const page = rows.slice(0, perPage).map(({ body }) => body)
  const last = page.at(-1)
  const headers = { 'X-Per-Page': String(perPage), ...(rows.length > perPage && last && { 'X-After-Cursor': last.id }) }
  return { status: 200, body: page, headers }
}

async function position(unit: Unit, kind: Kind, cursor: QueryValue): Promise<number> {
  const [row] = await unit.sql<{ seq: number }[]>`
    select seq from resource where id::text = ${text(cursor, 'after_cursor')} and kind = ${kind}`
  return row?.seq ?? invalid('after_cursor', 'The cursor is not known')
}

function pageSize(value: QueryValue | undefined): number {
  const given = Number(value ?? DEFAULT_PER_PAGE)
  if (!Number.isInteger(given)) return invalid('per_page', 'per_page must be an integer')
  return given < 1 ? DEFAULT_PER_PAGE : Math.min(given, MAX_PER_PAGE)
}

function contains(sql: Sql, part: Readonly<Record<string, JsonValue>>): Fragment {
  return sql`body @> ${sql.json(part)}`
}

function text(value: QueryValue, parameter: string): string {
  return typeof value === 'string' ? value : invalid(parameter, `${parameter} takes one value`)
}

function moment(value: QueryValue, parameter: string): string {
  const given = text(value, parameter)
  return Number.isNaN(Date.parse(given)) ? invalid(parameter, `${parameter} is not a date or time`) : given
}
