import type { Sql } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import { ApiError, notFound } from '../shared/problem.ts'
import { isUlid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import type { Customer, CustomerInput } from './customer.ts'

const columns = (sql: Sql) => sql`
  id, key, name, description, metadata, primary_email as "primaryEmail", currency, billing_address as "billingAddress",
  subject_keys as "subjectKeys", created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`

function row(sql: Sql, input: CustomerInput) {
  return {
    key: input.key ?? null,
    name: input.name,
    description: input.description ?? null,
    metadata: input.metadata ? sql.json(input.metadata) : null,
    primary_email: input.primaryEmail ?? null,
    currency: input.currency ?? null,
    billing_address: input.billingAddress ? sql.json({ ...input.billingAddress }) : null,
    subject_keys: input.usageAttribution ? [...input.usageAttribution.subjectKeys] : null,
  }
}

export async function insertCustomer({ sql, now }: Unit, id: string, input: CustomerInput): Promise<Customer> {
  const [customer] = await sql<Customer[]>`
    insert into customers ${sql({ id, ...row(sql, input), created_at: now, updated_at: now })} returning ${columns(sql)}`
  if (!customer) throw new Error('insert returned nothing')
  return customer
}

export async function replaceCustomer({ sql, now }: Unit, id: string, input: CustomerInput): Promise<Customer> {
  const [customer] = await sql<Customer[]>`
    update customers set ${sql({ ...row(sql, input), updated_at: now })} where id = ${id} returning ${columns(sql)}`
  if (!customer) throw notFound('customer', id)
  return customer
}

export async function setCurrency({ sql, now }: Unit, id: string, currency: string): Promise<void> {
  await sql`update customers set currency = ${currency}, updated_at = ${now} where id = ${id} and currency is null`
}

export async function markCustomerDeleted(sql: Sql, id: string, at: Instant): Promise<void> {
  await sql`update customers set deleted_at = ${at}, updated_at = ${at} where id = ${id}`
}

/** By id or key, live ones first; a deleted customer is found by its id. */
export async function findCustomer(sql: Sql, idOrKey: string): Promise<Customer | undefined> {
  const [customer] = await sql<Customer[]>`
    select ${columns(sql)} from customers
    where (key = ${idOrKey} and deleted_at is null) or (id = ${idOrKey.toUpperCase()} and ${isUlid(idOrKey)})
    order by deleted_at nulls first, (id = ${idOrKey.toUpperCase()}) desc limit 1`
  return customer
}

export async function getCustomer(sql: Sql, idOrKey: string): Promise<Customer> {
  const customer = await findCustomer(sql, idOrKey)
  if (!customer) throw notFound('customer', idOrKey)
  return customer
}

/** The customer for a change: locked, so that changes of one customer happen one after another. */
export async function lockCustomer(sql: Sql, idOrKey: string): Promise<Customer> {
  const found = await getCustomer(sql, idOrKey)
  if (found.deletedAt !== null) throw new ApiError(412, `customer is deleted: ${found.id}`)
  await sql`select 1 from customers where id = ${found.id} for update`
  return getCustomer(sql, found.id)
}

/** A live customer that already uses one of these subjects or whose key or subject equals this key. */
export async function findOverlap(
  sql: Sql,
  exceptId: string,
  key: string | undefined,
  subjects: readonly string[],
): Promise<{ key: string | null; byKey: boolean } | undefined> {
  const [overlap] = await sql<{ key: string | null; byKey: boolean }[]>`
    select key, coalesce(key = ${key ?? null} or id = ${key ?? null}, false) as "byKey" from customers
    where deleted_at is null and id <> ${exceptId} and (
      key = ${key ?? null} or id = ${key ?? null} or ${key ?? null} = any(subject_keys)
      or key = any(${[...subjects]}) or subject_keys && ${[...subjects]})
    limit 1`
  return overlap
}

export interface CustomerFilter {
  readonly key?: string
  readonly name?: string
  readonly primaryEmail?: string
  readonly subject?: string
  readonly includeDeleted?: boolean
  readonly orderBy?: 'id' | 'name' | 'createdAt'
  readonly order?: 'ASC' | 'DESC'
}

export async function listCustomers(sql: Sql, filter: CustomerFilter): Promise<readonly Customer[]> {
  const like = (column: string, value?: string) =>
    value === undefined ? sql`` : sql`and ${sql(column)} ilike ${`%${value}%`}`
  const order = { id: sql`id`, name: sql`name`, createdAt: sql`created_at, id` }[filter.orderBy ?? 'name']
  return sql<Customer[]>`
    select ${columns(sql)} from customers
    where ${filter.includeDeleted ? sql`true` : sql`deleted_at is null`}
      ${like('key', filter.key)} ${like('name', filter.name)} ${like('primary_email', filter.primaryEmail)}
      ${filter.subject === undefined ? sql`` : sql`and (key ilike ${`%${filter.subject}%`} or exists (select 1 from unnest(subject_keys) s where s ilike ${`%${filter.subject}%`}))`}
    order by ${order} ${filter.order === 'DESC' ? sql`desc` : sql`asc`}`
}
