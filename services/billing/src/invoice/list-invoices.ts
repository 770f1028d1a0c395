import type { Context } from '@draupnir/db'
import type { Invoice } from '@draupnir/wire'
import { type InvoiceFilter, type InvoicePosition, invoicesBefore } from './invoice.store.ts'

/** Invoices of the marketplace, the newest first, those older than `before`. */
export function listInvoices(
  ctx: Context,
  filter: InvoiceFilter,
  before: InvoicePosition | null,
  limit: number,
): Promise<Invoice[]> {
  return invoicesBefore(ctx, filter, before, limit)
}
