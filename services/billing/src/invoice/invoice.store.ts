import type { Context } from '@draupnir/db'
import { required } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { toWire } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { Invoice } from '@draupnir/wire'
import { and, asc, desc, eq, ne, type SQL, sql } from 'drizzle-orm'
import { invoiceNumbers, invoices } from './invoice.table.ts'

export interface InvoiceFilter {
  readonly contractId?: Id<'contract'> | undefined
  readonly buyerId?: Id<'party'> | undefined
  readonly state?: Invoice['state'] | undefined
}

/** A time of issue and an id: where a page of the list ended. */
export type InvoicePosition = readonly [Instant, Id<'invoice'>]

/** Writes a new invoice, with the total of OpenMeter's invoice that it was made of. */
export async function insertInvoice(ctx: Context, invoice: Invoice, ratedTotal: bigint): Promise<void> {
  await ctx.db.orm.insert(invoices).values({ ...toRow(ctx, invoice), ratedTotal })
}

export async function updateInvoice(ctx: Context, invoice: Invoice): Promise<void> {
  await ctx.db.orm
    .update(invoices)
    .set({ state: invoice.state, paidAt: invoice.paid_at, amountPaid: BigInt(invoice.amount_paid.amount) })
    .where(and(eq(invoices.id, invoice.id), eq(invoices.tenant, ctx.tenant)))
}

export async function findInvoice(ctx: Context, id: Id<'invoice'>): Promise<Invoice | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(invoices)
    .where(ours(ctx, eq(invoices.id, id)))
  return row === undefined ? null : fromRow(row)
}

/** The invoices made of an OpenMeter invoice, in the order of their numbers; empty when there are none yet. */
export async function findByOpenMeterId(ctx: Context, openmeterId: string): Promise<Invoice[]> {
  const rows = await ctx.db.orm
    .select()
    .from(invoices)
    .where(ours(ctx, eq(invoices.openmeterInvoiceId, openmeterId)))
    .orderBy(asc(invoices.number))
  return rows.map(fromRow)
}

export async function lockInvoice(ctx: Context, id: Id<'invoice'>): Promise<Invoice | null> {
  const [row] = await ctx.db.orm
    .select()
    .from(invoices)
    .where(ours(ctx, eq(invoices.id, id)))
    .for('update')
  return row === undefined ? null : fromRow(row)
}

/** Unpaid invoices of a buyer, the oldest due first, locked. */
export async function lockOpenInvoices(ctx: Context, buyerId: Id<'party'>): Promise<Invoice[]> {
  const open = ours(ctx, eq(invoices.buyerId, buyerId), ne(invoices.state, 'paid'))
  const rows = await ctx.db.orm
    .select()
    .from(invoices)
    .where(open)
    .orderBy(asc(invoices.dueAt), asc(invoices.id))
    .for('update')
  return rows.map(fromRow)
}

/** Newest first, at most `limit`, older than `before`. */
export async function invoicesBefore(
  ctx: Context,
  filter: InvoiceFilter,
  before: InvoicePosition | null,
  limit: number,
): Promise<Invoice[]> {
  const { contractId, buyerId, state } = filter
  const rows = await ctx.db.orm
    .select()
    .from(invoices)
    .where(
      ours(
        ctx,
        contractId && eq(invoices.contractId, contractId),
        buyerId && eq(invoices.buyerId, buyerId),
        state && eq(invoices.state, state),
        before === null ? undefined : sql`(${invoices.issuedAt}, ${invoices.id}) < (${before[0]}, ${before[1]})`,
      ),
    )
    .orderBy(desc(invoices.issuedAt), desc(invoices.id))
    .limit(limit)
  return rows.map(fromRow)
}

export async function countInvoices(
  ctx: Context,
  contractId: Id<'contract'>,
): Promise<{ open: number; pastDue: number; paid: number }> {
  const rows = await ctx.db.orm
    .select({ state: invoices.state, count: sql<bigint>`count(*)` })
    .from(invoices)
    .where(ours(ctx, eq(invoices.contractId, contractId)))
    .groupBy(invoices.state)
  const count = (state: Invoice['state']) => Number(rows.find((row) => row.state === state)?.count ?? 0n)
  return { open: count('issued') + count('partially_paid'), pastDue: count('past_due'), paid: count('paid') }
}

/** The next number of the tenant's own gapless sequence; its row stays locked until the transaction ends. */
export async function nextInvoiceNumber(ctx: Context): Promise<string> {
  const [row] = await ctx.db.orm
    .insert(invoiceNumbers)
    .values({ tenant: ctx.tenant, lastNumber: 1n })
    .onConflictDoUpdate({ target: invoiceNumbers.tenant, set: { lastNumber: sql`${invoiceNumbers.lastNumber} + 1` } })
    .returning()
  return `INV-${required(row, 'an upsert returns its row').lastNumber.toString().padStart(6, '0')}`
}

function ours(ctx: Context, ...conditions: readonly (SQL | undefined | '')[]) {
  return and(eq(invoices.tenant, ctx.tenant), ...conditions.map((condition) => condition || undefined))
}

function toRow(ctx: Context, invoice: Invoice): Omit<typeof invoices.$inferInsert, 'ratedTotal'> {
  return {
    id: invoice.id,
    tenant: ctx.tenant,
    contractId: invoice.contract_id,
    buyerId: invoice.buyer_id,
    openmeterInvoiceId: invoice.openmeter_invoice_id,
    number: invoice.number,
    state: invoice.state,
    currency: invoice.total.currency,
    total: BigInt(invoice.total.amount),
    amountPaid: BigInt(invoice.amount_paid.amount),
    periodFrom: invoice.period.from,
    periodTo: invoice.period.to,
    issuedAt: invoice.issued_at,
    dueAt: invoice.due_at,
    paidAt: invoice.paid_at,
    platformFeeRate: invoice.platform_fee_rate,
    splits: invoice.splits,
    lines: invoice.lines,
  }
}

function fromRow(row: typeof invoices.$inferSelect): Invoice {
  return {
    id: row.id,
    number: row.number,
    contract_id: row.contractId,
    buyer_id: row.buyerId,
    state: row.state,
    period: { from: row.periodFrom, to: row.periodTo },
    issued_at: row.issuedAt,
    due_at: row.dueAt,
    paid_at: row.paidAt,
    total: toWire({ amount: row.total, currency: row.currency }),
    amount_paid: toWire({ amount: row.amountPaid, currency: row.currency }),
    lines: row.lines,
    platform_fee_rate: row.platformFeeRate,
    splits: row.splits,
    openmeter_invoice_id: row.openmeterInvoiceId,
  }
}
