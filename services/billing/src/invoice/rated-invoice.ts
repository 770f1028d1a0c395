import { Defect } from '@draupnir/errors'
import { type Id, isId } from '@draupnir/ids'
import { currency, decimal, fromMajor, type Money } from '@draupnir/money'
import { type Instant, instant, type Period } from '@draupnir/time'

/** An invoice as OpenMeter rated it, reduced to what billing needs. */
export interface RatedInvoice {
  readonly id: string
  readonly customerKey: string
  /** OpenMeter's extended status, such as `payment_processing.pending`. */
  readonly status: string
  readonly period: Period
  readonly total: Money
  readonly lines: readonly RatedLine[]
  readonly updatedAt: Instant
}

export interface RatedLine {
  readonly contractLineId: Id<'contractLine'>
  readonly description: string
  readonly quantity: string
  readonly amount: Money
  readonly period: Period
  /** Who bought as the line began, if OpenMeter was told. */
  readonly buyerId: Id<'party'> | null
  /** A recurring fee: it grows with the time, so that two buyers of a period can share it. */
  readonly recurring: boolean
}

/** The parts of the SDK's invoice that are read. */
export interface OpenMeterInvoice {
  readonly id: string
  readonly currency: string
  readonly customer: { readonly key?: string }
  readonly statusDetails: { readonly extendedStatus: string }
  readonly period?: { readonly from: Date; readonly to: Date }
  readonly totals: { readonly total: string }
  readonly updatedAt: Date
  readonly lines?: readonly OpenMeterLine[]
}

interface OpenMeterLine {
  readonly name: string
  readonly description?: string
  readonly quantity?: string
  readonly featureKey?: string
  readonly rateCard?: {
    readonly featureKey?: string
    readonly price?: { readonly type: string; readonly paymentTerm?: string } | null
  }
  readonly period: { readonly from: Date; readonly to: Date }
  readonly totals: { readonly total: string }
}

const LINE_TOKEN = /^line:(lin_[0-9a-z]+)(?: buyer:(pty_[0-9a-z]+))?$/
const FEATURE_KEY = /^u_(lin_[0-9a-z]+)$/

/** Reads OpenMeter's invoice; a line that names no contract line is a `Defect`, for nobody could say whom it pays. */
export function ratedInvoice(invoice: OpenMeterInvoice): RatedInvoice {
  const code = currency(invoice.currency)
  const lines = (invoice.lines ?? []).map((line) => ({
    contractLineId: contractLineOf(line),
    description: line.name,
    quantity: line.quantity ?? '1',
    amount: fromMajor(decimal(line.totals.total), code, 'half_away_from_zero'),
    period: periodOf(line.period),
    buyerId: buyerOf(line),
    recurring: isRecurring(line),
  }))
  const [first] = lines
  return {
    id: invoice.id,
    customerKey: invoice.customer.key ?? '',
    status: invoice.statusDetails.extendedStatus,
    period: invoice.period === undefined ? (first?.period ?? never(invoice.id)) : periodOf(invoice.period),
    total: fromMajor(decimal(invoice.totals.total), code, 'half_away_from_zero'),
    lines,
    updatedAt: instant(invoice.updatedAt.toISOString()),
  }
}

function contractLineOf(line: OpenMeterLine): Id<'contractLine'> {
  const feature = line.featureKey ?? line.rateCard?.featureKey ?? ''
  const id = LINE_TOKEN.exec(line.description ?? '')?.[1] ?? FEATURE_KEY.exec(feature)?.[1] ?? ''
  if (!isId('contractLine', id)) throw new Defect(`OpenMeter line "${line.name}" names no contract line`)
  return id
}

function buyerOf({ description }: OpenMeterLine): Id<'party'> | null {
  const id = LINE_TOKEN.exec(description ?? '')?.[2] ?? ''
  return isId('party', id) ? id : null
}

// One-time fees are billed in advance: OpenMeter bills them in arrears only at the end.
function isRecurring({ rateCard }: OpenMeterLine): boolean {
  return rateCard?.price?.type === 'flat' && rateCard.price.paymentTerm === 'in_arrears'
}

function periodOf({ from, to }: { from: Date; to: Date }): Period {
  return { from: instant(from.toISOString()), to: instant(to.toISOString()) }
}

function never(id: string): never {
  throw new Defect(`OpenMeter invoice ${id} has neither a period nor lines`)
}
