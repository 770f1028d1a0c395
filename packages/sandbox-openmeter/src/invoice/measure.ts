import { type Decimal, decimal } from '@draupnir/money'
import { getCustomer } from '../customer/customer.store.ts'
import { usageSubjects } from '../customer/customer.ts'
import { findFeature } from '../feature/feature.store.ts'
import { findMeter } from '../meter/meter.store.ts'
import { usageOf } from '../meter/usage.ts'
import { ONE, text, ZERO } from '../shared/amount.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { saveInvoice, saveLine } from './invoice.store.ts'
import type { Child, Invoice, Line } from './invoice.ts'
import { rate } from './rating.ts'
import { sumTotals } from './totals.ts'

/** What the meter of the line's feature counted for the customer in the line's period; 1 for flat prices. */
export async function meteredQuantity(unit: Unit, customerId: string, line: Line): Promise<Decimal> {
  if (line.price.type === 'flat') return ONE
  const feature = line.featureKey === null ? undefined : await findFeature(unit.sql, line.featureKey)
  const meter = feature?.meterId ? await findMeter(unit.sql, feature.meterId) : undefined
  if (!feature || !meter) return ZERO
  const customer = await getCustomer(unit.sql, customerId)
  const period = { from: line.periodFrom, to: line.periodTo }
  return decimal(await usageOf(unit.sql, meter, usageSubjects(customer), feature.filters, period))
}

/** The line with its price applied to a quantity. */
export function rated(unit: Unit, line: Line, metered: Decimal): Line {
  const { quantity, details, totals } = rate(line.name, line.price, metered, line.discounts, line.currency)
  const children: Child[] = details.map((one, index) => {
    const before = line.children[index]
    const discountIds = one.discounts.map((_, i) => before?.discountIds[i] ?? ulid(unit.now))
    return { ...one, id: before?.id ?? ulid(unit.now), discountIds }
  })
  return { ...line, quantity: text(quantity), meteredQuantity: text(metered), children, totals }
}

/** Measures and prices the lines as of now, without writing anything: how a gathering invoice shows itself. */
export async function ratedLive(unit: Unit, invoice: Invoice, lines: readonly Line[]): Promise<Line[]> {
  return Promise.all(
    lines.map(async (line) => rated(unit, line, await meteredQuantity(unit, invoice.customerId, line))),
  )
}

/** Prices the lines of a standard invoice and sums it up; `remeasure` reads the meters again, else the snapshot holds. */
export async function recalculate(
  unit: Unit,
  invoice: Invoice,
  lines: readonly Line[],
  remeasure: boolean,
): Promise<Invoice> {
  const done: Line[] = []
  for (const line of lines) {
    const fresh = remeasure || line.meteredQuantity === null
    const quantity = fresh
      ? await meteredQuantity(unit, invoice.customerId, line)
      : decimal(line.meteredQuantity ?? '0')
    const priced = rated(unit, line, quantity)
    await saveLine(unit, priced)
    done.push(priced)
  }
  const from = done.map(({ periodFrom }) => periodFrom).sort()[0] ?? null
  const to =
    done
      .map(({ periodTo }) => periodTo)
      .sort()
      .at(-1) ?? null
  return { ...invoice, totals: sumTotals(done.map(({ totals }) => totals)), periodFrom: from, periodTo: to }
}

/** Recalculates and writes. */
export async function recalculateAndSave(unit: Unit, invoice: Invoice, lines: readonly Line[], remeasure: boolean) {
  return saveInvoice(unit, await recalculate(unit, invoice, lines, remeasure))
}
