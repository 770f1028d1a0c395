import { getApp } from '../app/app.store.ts'
import type { Unit } from '../shared/unit.ts'
import { linesOf } from './invoice.store.ts'
import type { Invoice } from './invoice.ts'
import { invoiceView } from './invoice.view.ts'
import { ratedLive } from './measure.ts'
import { sumTotals } from './totals.ts'

export interface Expand {
  readonly lines: boolean
  readonly apps: boolean
}

export type InvoiceView = ReturnType<typeof invoiceView>

/** A gathering invoice is measured and priced on the spot, every other one is shown as it was written. */
export async function showInvoice(unit: Unit, invoice: Invoice, expand: Expand): Promise<InvoiceView> {
  const app = await getApp(unit.sql, invoice.appId)
  const stored = await linesOf(unit.sql, invoice.id)
  const gathering = invoice.status === 'gathering'
  const lines = gathering ? await ratedLive(unit, invoice, stored) : stored
  const from = lines.map(({ periodFrom }) => periodFrom).sort()[0] ?? null
  const to =
    lines
      .map(({ periodTo }) => periodTo)
      .sort()
      .at(-1) ?? null
  const live = gathering
    ? { ...invoice, totals: sumTotals(lines.map(({ totals }) => totals)), periodFrom: from, periodTo: to }
    : invoice
  return invoiceView(live, app, unit.now, { lines, showLines: expand.lines, expandApps: expand.apps })
}
