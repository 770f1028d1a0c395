import { assert, refuse } from '@draupnir/errors'
import { deriveId, type Id } from '@draupnir/ids'
import { add, compare, fromWire, type Money, subtract, toWire, zero } from '@draupnir/money'
import { addDuration, duration, type Instant } from '@draupnir/time'
import type { ContractState, Invoice, InvoiceLine } from '@draupnir/wire'
import type { Buyer } from '../contract/buyers.ts'
import type { Portion } from './portions.ts'
import type { RatedInvoice, RatedLine } from './rated-invoice.ts'

/** OpenMeter's states from which the buyer owes the total; `paid` too, should OpenMeter have been told so by hand. */
const OWED = /^(payment_processing\.|issued|overdue|paid)/

/** Whether OpenMeter has finished rating and waits for the payment. */
export function isOwed(rated: RatedInvoice): boolean {
  return OWED.test(rated.status)
}

export interface LegalIdentity {
  readonly id: Id<'invoice'>
  readonly number: string
  readonly now: Instant
}

/** On what terms a contract is billed, who sells each line that ever was on it, and who bought from when. */
export interface BillingTerms {
  readonly contract: ContractState
  readonly sellers: Readonly<Record<string, Id<'party'>>>
  readonly buyers: readonly Buyer[]
}

/** The legal invoice for one buyer's portion of what OpenMeter rated. */
export function draftInvoice(
  rated: RatedInvoice,
  portion: Portion,
  terms: BillingTerms,
  legal: LegalIdentity,
): Invoice {
  const { id, number, now } = legal
  const { contract } = terms
  const lines = portion.lines.map((line, index) => invoiceLine(id, index, line, terms))
  const total = lines.map((line) => fromWire(line.amount)).reduce(add, zero(rated.total.currency))
  return {
    id,
    number,
    contract_id: contract.id,
    buyer_id: portion.buyerId,
    state: 'issued',
    period: portion.period,
    issued_at: now,
    due_at: addDuration(now, duration(`P${contract.net_days}D`), 1, contract.time_zone),
    paid_at: null,
    total: toWire(total),
    amount_paid: toWire(zero(total.currency)),
    lines,
    platform_fee_rate: contract.platform_fee_rate,
    splits: contract.splits,
    openmeter_invoice_id: rated.id,
  }
}

/** What is still to be collected. */
export function openAmount({ total, amount_paid }: Pick<Invoice, 'total' | 'amount_paid'>): Money {
  return subtract(fromWire(total), fromWire(amount_paid))
}

/** The invoice after `amount` of it was collected: paid once nothing is open; a part does not undo that it is past due. */
export function pay(invoice: Invoice, amount: Money, now: Instant): Invoice {
  assert(compare(amount, openAmount(invoice)) <= 0, `more is collected of ${invoice.id} than is open`)
  const after = { ...invoice, amount_paid: toWire(add(fromWire(invoice.amount_paid), amount)) }
  if (openAmount(after).amount === 0n) return { ...after, state: 'paid', paid_at: now }
  return { ...after, state: invoice.state === 'past_due' ? 'past_due' : 'partially_paid' }
}

/** The invoice after `amount` of what was paid was taken back. */
export function reopen(invoice: Invoice, amount: Money): Invoice {
  const paid = subtract(fromWire(invoice.amount_paid), amount)
  assert(paid.amount >= 0n, `more is taken back of ${invoice.id} than was paid`)
  const open = { ...invoice, amount_paid: toWire(paid), paid_at: null }
  if (invoice.state === 'past_due') return open
  return { ...open, state: paid.amount > 0n ? 'partially_paid' : 'issued' }
}

/** How the payment of all invoices made of one of OpenMeter's stands, in its words; null while it only waits. */
export function standingOf(states: readonly Invoice['state'][]): 'paid' | 'payment_overdue' | null {
  if (states.every((state) => state === 'paid')) return 'paid'
  return states.includes('past_due') ? 'payment_overdue' : null
}

/** The invoice past its due date; null when it is paid, already past due or not yet due. */
export function fallPastDue(invoice: Invoice, now: Instant): Invoice | null {
  const waits = invoice.state === 'issued' || invoice.state === 'partially_paid'
  return waits && invoice.due_at <= now ? { ...invoice, state: 'past_due' } : null
}

function invoiceLine(invoiceId: Id<'invoice'>, index: number, line: RatedLine, terms: BillingTerms): InvoiceLine {
  const seller = terms.sellers[line.contractLineId]
  if (seller === undefined)
    refuse('billing.line-unknown', { contract_id: terms.contract.id, contract_line_id: line.contractLineId })
  return {
    id: deriveId('invoiceLine', invoiceId, String(index)),
    contract_line_id: line.contractLineId,
    seller_id: seller,
    description: line.description,
    quantity: line.quantity,
    amount: toWire(line.amount),
    period: line.period,
  }
}
