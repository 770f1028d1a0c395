import { sweep } from '@draupnir/clock'
import { type OpenMeter, reached } from '@draupnir/openmeter'
import { MINUTE_MS } from '@draupnir/time'
import { type HeardOf, hearOfInvoice } from './hear-of-invoice.ts'
import { readWatermark, saveWatermark } from './watermark.store.ts'

const PAGE_SIZE = 100

/** What a lost webhook would have said: refreshes every invoice that OpenMeter changed since the last look. */
export function pollInvoices(om: OpenMeter) {
  return sweep('billing.poll-invoices', { everyMs: 5 * MINUTE_MS }, async (ctx) => {
    const since = await readWatermark(ctx.db)
    const changed = await changedSince(om, since)
    for (const heard of changed.invoices) {
      await ctx.db.transaction((db) => hearOfInvoice(db, heard, (tenant) => ({ ...ctx.forTenant(tenant), db })))
    }
    await saveWatermark(ctx.db, changed.newest)
  })
}

async function changedSince(om: OpenMeter, since: string) {
  const invoices: HeardOf[] = []
  let newest = since
  for (let page = 1; ; page += 1) {
    const { items } = await reached('invoices.list', () =>
      om.billing.invoices.list({ orderBy: 'updatedAt', order: 'DESC', page, pageSize: PAGE_SIZE }),
    )
    for (const invoice of items) {
      const updatedAt = invoice.updatedAt.toISOString()
      if (updatedAt > newest) newest = updatedAt
      // Equal moments are looked at again: two invoices may change within one millisecond.
      if (updatedAt >= since) invoices.push({ openmeterInvoiceId: invoice.id, customerKey: invoice.customer.key ?? '' })
    }
    const last = items.at(-1)
    if (items.length < PAGE_SIZE || last === undefined || last.updatedAt.toISOString() < since)
      return { invoices, newest }
  }
}
