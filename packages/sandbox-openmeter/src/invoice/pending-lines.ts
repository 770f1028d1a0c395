import { getCustomer, lockCustomer, setCurrency } from '../customer/customer.store.ts'
import { badRequest } from '../shared/problem.ts'
import type { Unit } from '../shared/unit.ts'
import { openGathering, planCollection } from './gathering.ts'
import { findGathering, saveLine } from './invoice.store.ts'
import type { Line } from './invoice.ts'
import { lineView } from './invoice.view.ts'
import { type LineInput, manualLine } from './line-input.ts'

export interface PendingLinesInput {
  readonly currency: string
  readonly lines: readonly LineInput[]
}

/** Puts charges of a person on the gathering invoice of the currency. Not idempotent: a repeat adds them again. */
export async function createPendingLines(unit: Unit, customerId: string, input: PendingLinesInput) {
  const customer = await lockCustomer(unit.sql, (await getCustomer(unit.sql, customerId)).id)
  if (input.lines.length === 0) throw badRequest('validation error: no lines provided')
  const before = await findGathering(unit.sql, customer.id, input.currency)
  const gathering = await openGathering(unit, customer.id, input.currency)
  const lines: Line[] = []
  for (const one of input.lines) lines.push(await manualLine(unit, gathering, one))
  for (const line of lines) await saveLine(unit, line)
  await setCurrency(unit, customer.id, input.currency)
  await planCollection(unit, gathering)
  const { id, number, currency, createdAt, updatedAt } = gathering
  return {
    lines: lines.map((line) => ({ ...lineView(line), totals: RAW_TOTALS })),
    invoice: { id, number, currency, createdAt, updatedAt, type: 'gathering', status: 'gathering', totals: RAW_TOTALS },
    isInvoiceNew: before === undefined || before.deletedAt !== null,
  }
}

// The original answers with the unpriced invoice: its totals are empty strings.
const RAW_TOTALS = {
  amount: '',
  chargesTotal: '',
  discountsTotal: '',
  creditsTotal: '',
  taxesInclusiveTotal: '',
  taxesExclusiveTotal: '',
  taxesTotal: '',
  total: '',
}
