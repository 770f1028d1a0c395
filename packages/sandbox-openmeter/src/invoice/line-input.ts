import type { Instant, Period } from '@draupnir/time'
import { findFeature } from '../feature/feature.store.ts'
import { badRequest } from '../shared/problem.ts'
import type { Metadata } from '../shared/shape.ts'
import { ulid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import { checkDiscounts, checkPrice, type Discounts, normalizedPrice, type Price } from '../subscription/rate-card.ts'
import type { Invoice, Line } from './invoice.ts'
import { NO_TOTALS } from './totals.ts'

type TaxConfig = Readonly<Record<string, unknown>>

/** A line as people send it; `price`, `featureKey` and `taxConfig` on the line itself are the deprecated spelling. */
export interface LineInput {
  readonly name: string
  readonly description?: string
  readonly metadata?: Metadata | null
  readonly period: Period
  readonly invoiceAt: Instant
  readonly rateCard?: {
    readonly featureKey?: string
    readonly taxConfig?: TaxConfig
    readonly price: Price | null
    readonly discounts?: Discounts
  }
  readonly price?: Price
  readonly featureKey?: string
  readonly taxConfig?: TaxConfig
}

/** The fields a person decides. Refuses negative prices, empty periods and unmetered usage. */
export async function lineFields(unit: Unit, input: LineInput) {
  const price = input.rateCard?.price ?? input.price
  if (!price) throw badRequest('validation error: line: price is required')
  checkPrice(price)
  checkDiscounts(input.rateCard?.discounts, price)
  const [from, to] = [wholeSecond(input.period.from), wholeSecond(input.period.to)]
  if (from > to) throw badRequest('validation error: line: period from must be before period to')
  const featureKey = input.rateCard?.featureKey ?? input.featureKey ?? null
  if (price.type !== 'flat') {
    const feature = featureKey === null ? undefined : await findFeature(unit.sql, featureKey)
    if (!feature?.meterId) throw badRequest('validation error: line: usage based price needs a metered feature')
  }
  return {
    name: input.name,
    description: input.description ?? null,
    metadata: input.metadata ?? null,
    price: normalizedPrice(price),
    discounts: correlated(unit, input.rateCard?.discounts ?? {}),
    featureKey,
    taxConfig: input.rateCard?.taxConfig ?? input.taxConfig ?? null,
    periodFrom: from,
    periodTo: to,
    invoiceAt: wholeSecond(input.invoiceAt),
  } satisfies Partial<Line>
}

export async function manualLine(unit: Unit, invoice: Invoice, input: LineInput): Promise<Line> {
  return {
    ...(await lineFields(unit, input)),
    id: ulid(unit.now),
    invoiceId: invoice.id,
    uniqueRef: null,
    managedBy: 'manual',
    currency: invoice.currency,
    subscription: null,
    subscriptionId: null,
    quantity: null,
    meteredQuantity: null,
    children: [],
    totals: NO_TOTALS,
    externalIds: {},
    createdAt: unit.now,
    updatedAt: unit.now,
    deletedAt: null,
  }
}

function correlated({ now }: Unit, { percentage, usage }: Discounts): Discounts {
  return {
    ...(percentage === undefined ? {} : { percentage: { correlationId: ulid(now), ...percentage } }),
    ...(usage === undefined ? {} : { usage: { correlationId: ulid(now), ...usage } }),
  }
}

function wholeSecond(at: Instant): Instant {
  return `${at.slice(0, 19)}.000Z` as Instant
}
