import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import type { Fragment } from '../meter/usage.ts'
import type { Page } from '../shared/page.ts'

export interface InvoiceFilter {
  readonly statuses?: readonly string[]
  readonly extendedStatuses?: readonly string[]
  readonly customers?: readonly string[]
  readonly issuedAfter?: Instant
  readonly issuedBefore?: Instant
  readonly periodStartAfter?: Instant
  readonly periodStartBefore?: Instant
  readonly createdAfter?: Instant
  readonly createdBefore?: Instant
  readonly includeDeleted?: boolean
  readonly expand?: readonly string[]
  readonly orderBy?: 'customer.name' | 'issuedAt' | 'status' | 'createdAt' | 'updatedAt' | 'periodStart'
  readonly order?: 'ASC' | 'DESC'
}

/** Ids of one page, and how many there are in all. */
export async function findInvoiceIds(sql: Sql, filter: InvoiceFilter, { page, pageSize }: Page) {
  const order = {
    'customer.name': sql`customer ->> 'name'`,
    issuedAt: sql`issued_at`,
    status: sql`status`,
    createdAt: sql`created_at`,
    updatedAt: sql`updated_at`,
    periodStart: sql`period_from`,
  }[filter.orderBy ?? 'createdAt']
  const direction = filter.order === 'DESC' ? sql`desc` : sql`asc`
  const rows = await sql<{ id: string; total: number }[]>`
    select id, count(*) over () as total from invoices where ${conditions(sql, filter)}
    order by ${order} ${direction}, id ${direction} limit ${pageSize} offset ${(page - 1) * pageSize}`
  const totalCount = rows[0]?.total ?? (await count(sql, filter))
  return { ids: rows.map(({ id }) => id), totalCount }
}

async function count(sql: Sql, filter: InvoiceFilter): Promise<number> {
  const [row] = await sql<{ total: number }[]>`select count(*) as total from invoices where ${conditions(sql, filter)}`
  return row?.total ?? 0
}

function conditions(sql: Sql, filter: InvoiceFilter) {
  const anyOf = (list: readonly string[] | undefined, column: Fragment) =>
    list === undefined || list.length === 0 ? sql`` : sql`and ${column} = any(${[...list]})`
  const bound = (at: Instant | undefined, column: Fragment, after: boolean) =>
    at === undefined ? sql`` : after ? sql`and ${column} >= ${at}` : sql`and ${column} <= ${at}`
  return sql`
    ${filter.includeDeleted ? sql`true` : sql`deleted_at is null`}
    ${anyOf(filter.statuses, sql`split_part(status, '.', 1)`)} ${anyOf(filter.extendedStatuses, sql`status`)}
    ${anyOf(filter.customers, sql`customer_id`)}
    ${bound(filter.issuedAfter, sql`issued_at`, true)} ${bound(filter.issuedBefore, sql`issued_at`, false)}
    ${bound(filter.periodStartAfter, sql`period_from`, true)} ${bound(filter.periodStartBefore, sql`period_from`, false)}
    ${bound(filter.createdAfter, sql`created_at`, true)} ${bound(filter.createdBefore, sql`created_at`, false)}`
}
