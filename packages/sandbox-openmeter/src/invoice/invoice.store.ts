import type { Sql } from '@draupnir/sandbox'
import { addMs } from '@draupnir/time'
import { notFound } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import type { Invoice, Line } from './invoice.ts'

const invoiceColumns = (sql: Sql) => sql`
  id, customer_id as "customerId", currency, number, description, metadata, status, supplier, customer,
  profile_id as "profileId", app_id as "appId", workflow, totals, period_from as "periodFrom", period_to as "periodTo",
  external_ids as "externalIds", validation_issues as "validationIssues", collection_at as "collectionAt",
  draft_until as "draftUntil", quantity_snapshoted_at as "quantitySnapshotedAt", issued_at as "issuedAt", due_at as "dueAt",
  voided_at as "voidedAt", sent_to_customer_at as "sentToCustomerAt", created_at as "createdAt", updated_at as "updatedAt",
  deleted_at as "deletedAt"`

const json = (sql: Sql, value: unknown) => sql.json(JSON.parse(JSON.stringify(value)))

/** Writes an invoice; `updatedAt` always grows, so that its versions have an order even on a clock that stands still. */
export async function saveInvoice({ sql, now }: Unit, invoice: Invoice): Promise<Invoice> {
  const floor = addMs(invoice.updatedAt, 1)
  const updatedAt = invoice.createdAt === now && invoice.status === 'draft.created' ? now : now > floor ? now : floor
  const row = {
    id: invoice.id,
    customer_id: invoice.customerId,
    currency: invoice.currency,
    number: invoice.number,
    description: invoice.description,
    metadata: invoice.metadata ? sql.json(invoice.metadata) : null,
    status: invoice.status,
    supplier: json(sql, invoice.supplier),
    customer: json(sql, invoice.customer),
    profile_id: invoice.profileId,
    app_id: invoice.appId,
    workflow: json(sql, invoice.workflow),
    totals: json(sql, invoice.totals),
    period_from: invoice.periodFrom,
    period_to: invoice.periodTo,
    external_ids: json(sql, invoice.externalIds),
    validation_issues: json(sql, invoice.validationIssues),
    collection_at: invoice.collectionAt,
    draft_until: invoice.draftUntil,
    quantity_snapshoted_at: invoice.quantitySnapshotedAt,
    issued_at: invoice.issuedAt,
    due_at: invoice.dueAt,
    voided_at: invoice.voidedAt,
    sent_to_customer_at: invoice.sentToCustomerAt,
    created_at: invoice.createdAt,
    updated_at: updatedAt,
    deleted_at: invoice.deletedAt,
  }
  await sql`insert into invoices ${sql(row)} on conflict (id) do update set ${sql(row)}`
  return { ...invoice, updatedAt }
}

export async function getInvoice(sql: Sql, id: string): Promise<Invoice> {
  const [invoice] = await sql<Invoice[]>`select ${invoiceColumns(sql)} from invoices where id = ${id}`
  if (!invoice) throw notFound('invoice', id)
  return invoice
}

/** For a change: its customer's row is locked. */
export async function lockInvoice(sql: Sql, id: string): Promise<Invoice> {
  const { customerId } = await getInvoice(sql, id)
  await sql`select 1 from customers where id = ${customerId} for update`
  return getInvoice(sql, id)
}

export async function findGathering(sql: Sql, customerId: string, currency: string): Promise<Invoice | undefined> {
  const [invoice] = await sql<Invoice[]>`
    select ${invoiceColumns(sql)} from invoices
    where customer_id = ${customerId} and currency = ${currency} and status = 'gathering'`
  return invoice
}

export async function gatherings(sql: Sql, customerId: string): Promise<readonly Invoice[]> {
  return sql<Invoice[]>`
    select ${invoiceColumns(sql)} from invoices
    where customer_id = ${customerId} and status = 'gathering' and deleted_at is null order by currency`
}

export async function hasOpenInvoices(sql: Sql, customerId: string): Promise<boolean> {
  const rows = await sql`
    select 1 from invoices where customer_id = ${customerId} and deleted_at is null
      and status not in ('paid', 'voided', 'uncollectible', 'deleted') limit 1`
  return rows.length > 0
}

export async function usesApp(sql: Sql, appId: string): Promise<boolean> {
  const rows = await sql`
    select 1 from invoices where app_id = ${appId} and deleted_at is null
      and status not in ('paid', 'voided', 'uncollectible', 'deleted') limit 1`
  return rows.length > 0
}

/** The next number of a sequence, such as `INV-CTAC-1`. */
export async function nextNumber(sql: Sql, name: string): Promise<string> {
  const [row] = await sql<{ last: number }[]>`
    insert into number_sequences values (${name}, 1) on conflict (name) do update set last = number_sequences.last + 1
    returning last`
  return `${name}-${row?.last ?? 1}`
}

const lineColumns = (sql: Sql) => sql`
  id, invoice_id as "invoiceId", unique_ref as "uniqueRef", managed_by as "managedBy", name, description, metadata, currency,
  feature_key as "featureKey", price, discounts, tax_config as "taxConfig", period_from as "periodFrom",
  period_to as "periodTo", invoice_at as "invoiceAt", subscription, subscription_id as "subscriptionId",
  trim_scale(quantity)::text as quantity, trim_scale(metered_quantity)::text as "meteredQuantity", children, totals,
  external_ids as "externalIds", created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`

export async function saveLine({ sql, now }: Unit, line: Line): Promise<void> {
  const row = {
    id: line.id,
    invoice_id: line.invoiceId,
    unique_ref: line.uniqueRef,
    managed_by: line.managedBy,
    name: line.name,
    description: line.description,
    metadata: line.metadata ? sql.json(line.metadata) : null,
    currency: line.currency,
    feature_key: line.featureKey,
    price: json(sql, line.price),
    discounts: json(sql, line.discounts),
    tax_config: line.taxConfig ? json(sql, line.taxConfig) : null,
    period_from: line.periodFrom,
    period_to: line.periodTo,
    invoice_at: line.invoiceAt,
    subscription: line.subscription ? json(sql, line.subscription) : null,
    subscription_id: line.subscriptionId,
    quantity: line.quantity,
    metered_quantity: line.meteredQuantity,
    children: json(sql, line.children),
    totals: json(sql, line.totals),
    external_ids: json(sql, line.externalIds),
    created_at: line.createdAt,
    updated_at: now,
    deleted_at: line.deletedAt,
  }
  await sql`insert into invoice_lines ${sql(row)} on conflict (id) do update set ${sql(row)}`
}

export async function linesOf(sql: Sql, invoiceId: string): Promise<readonly Line[]> {
  return sql<Line[]>`
    select ${lineColumns(sql)} from invoice_lines where invoice_id = ${invoiceId} and deleted_at is null
    order by created_at, id`
}

export async function linesOfSubscription(sql: Sql, subscriptionId: string): Promise<readonly Line[]> {
  return sql<Line[]>`
    select ${lineColumns(sql)} from invoice_lines
    where subscription_id = ${subscriptionId} and deleted_at is null order by created_at, id`
}
