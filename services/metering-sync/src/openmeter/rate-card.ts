import { isId } from '@draupnir/ids'
import { decimal, formatDecimal } from '@draupnir/money'
import type { OpenMeter } from '@draupnir/openmeter'
import { instant } from '@draupnir/time'
import { type Bought, flatTerms, type RateCard, type UsageCard, usageTerms, withDiscount } from '../mirror/cards.ts'
import type { ActualItem } from '../mirror/plan-changes.ts'

type SubscriptionCreate = Parameters<OpenMeter['subscriptions']['create']>[0]
type PlanRateCard = Extract<
  SubscriptionCreate,
  { customPlan: unknown }
>['customPlan']['phases'][number]['rateCards'][number]
type Expanded = NonNullable<Awaited<ReturnType<OpenMeter['subscriptions']['get']>>>
export type Item = Expanded['phases'][number]['items'][number]

// In milliseconds: the SDK turns whatever reads like a date into one.
const [BUYER, SINCE] = ['buyer_id', 'bought_since_ms']

/** A rate card in OpenMeter's words. */
export function toRateCard(card: RateCard): PlanRateCard {
  const { key, name, description } = card
  const more = { metadata: boughtMetadata(card.bought), ...discountsOf(card) }
  if (card.kind === 'usage') {
    const price = usagePrice(card)
    return {
      type: 'usage_based',
      key,
      featureKey: key,
      name,
      description,
      billingCadence: card.cadence,
      price,
      ...more,
    }
  }
  // In-advance fees are never refunded by OpenMeter, so recurring ones are billed in arrears.
  const paymentTerm = card.cadence === null ? ('in_advance' as const) : ('in_arrears' as const)
  return {
    type: 'flat_fee',
    key,
    name,
    description,
    billingCadence: card.cadence,
    price: { type: 'flat', amount: card.amount, paymentTerm },
    ...more,
  }
}

/** The price of a GPU-hour, graduated where it has tiers. */
export function usagePrice({ unitAmount, tiers }: UsageCard) {
  if (tiers.length === 0) return { type: 'unit' as const, amount: unitAmount }
  const unitPrice = (amount: string) => ({ flatPrice: null, unitPrice: { type: 'unit' as const, amount } })
  const bands = tiers.map((tier) => ({ upToAmount: tier.upTo, ...unitPrice(tier.unitAmount) }))
  return { type: 'tiered' as const, mode: 'graduated' as const, tiers: [...bands, unitPrice(unitAmount)] }
}

/** OpenMeter takes percentages as numbers. */
export function discountsOf({ discount }: RateCard) {
  return discount === '0' ? {} : { discounts: { percentage: { percentage: Number(discount) } } }
}

function boughtMetadata({ by, since }: Bought) {
  return { [BUYER]: by, [SINCE]: String(Date.parse(since)) }
}

/** Who bought an item since when; null when OpenMeter was not told. */
export function boughtOf({ metadata }: Pick<Item, 'metadata'>): Bought | null {
  const [by, sinceMs] = [metadata?.[BUYER] ?? '', Number(metadata?.[SINCE])]
  if (!isId('party', by) || !Number.isSafeInteger(sinceMs)) return null
  return { by, since: instant(new Date(sinceMs).toISOString()) }
}

/** An item as OpenMeter shows it, in our words. */
export function actualItem(item: Item): ActualItem {
  const { key, price, billingCadence, discounts } = item
  const terms = priceTerms(price)
  const percentage = formatDecimal(decimal(String(discounts?.percentage?.percentage ?? 0)))
  const plain = discounts?.usage === undefined && terms !== null
  const boughtBy = boughtOf(item)?.by ?? null
  return { key, terms: plain ? withDiscount(terms, percentage) : null, boughtBy, once: billingCadence === null }
}

function priceTerms(price: Item['price']): string | null {
  if (price?.type === 'flat') return flatTerms(price.amount)
  if (price?.type === 'unit') return price.minimumAmount || price.maximumAmount ? null : usageTerms(price.amount)
  if (price?.type !== 'tiered' || price.mode !== 'graduated') return null
  const bands = price.tiers.map(({ upToAmount, flatPrice, unitPrice }) => ({
    upTo: upToAmount,
    unitAmount: flatPrice ? undefined : unitPrice?.amount,
  }))
  const tiers = bands.flatMap(({ upTo, unitAmount }) => (upTo && unitAmount ? [{ upTo, unitAmount }] : []))
  const rest = bands.at(-1)?.unitAmount
  return rest === undefined || tiers.length !== bands.length - 1 ? null : usageTerms(rest, tiers)
}
