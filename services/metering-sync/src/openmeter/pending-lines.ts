import { type Id, isId } from '@draupnir/ids'
import type { Currency } from '@draupnir/money'
import { type OpenMeter, reached } from '@draupnir/openmeter'
import { type Instant, instant } from '@draupnir/time'
import type { RateCard } from '../mirror/cards.ts'
import type { PendingLine } from '../mirror/gaps.ts'
import { discountsOf, usagePrice } from './rate-card.ts'

type Create = Parameters<OpenMeter['billing']['invoices']['createLineItems']>[1]['lines'][number]

const PAGE_SIZE = 100
const METADATA_KEY = 'draupnir_gap'

/** Puts charges on the customer's next invoice. OpenMeter adds a repeated one again, so what is there is looked up first. */
export async function ensurePendingLines(
  om: OpenMeter,
  customerId: string,
  currency: Currency,
  wanted: readonly PendingLine[],
): Promise<void> {
  if (wanted.length === 0) return
  const there = await keysThere(om, customerId)
  const missing = wanted.filter(({ key }) => !there.has(key))
  if (missing.length === 0) return
  await reached('createLineItems', () =>
    om.billing.invoices.createLineItems(customerId, { currency, lines: missing.map(toLine) }),
  )
}

/** One-time fees among the cards that are on an invoice beside the subscription, and since when: they are not sold again. */
export async function billedBeside(
  om: OpenMeter,
  customerId: string,
  cards: readonly RateCard[],
): Promise<ReadonlyMap<Id<'contractLine'>, Instant>> {
  const once = new Set(cards.flatMap(({ cadence, lineId }) => (cadence === null ? [lineId] : [])))
  if (once.size === 0) return new Map()
  const found = [...(await keysThere(om, customerId))].flatMap((key) => {
    const [line = '', from = ''] = key.split(/:(.*)/)
    return isId('contractLine', line) && once.has(line) ? [[line, instant(from)] as const] : []
  })
  return new Map(found)
}

async function keysThere(om: OpenMeter, customerId: string): Promise<Set<string>> {
  const keys = new Set<string>()
  for (let page = 1; ; page += 1) {
    const { items } = await reached('invoices.list', () =>
      om.billing.invoices.list({ customers: [customerId], expand: ['lines'], page, pageSize: PAGE_SIZE }),
    )
    for (const line of items.flatMap((invoice) => invoice.lines ?? [])) {
      const key = line.metadata?.[METADATA_KEY]
      if (key !== undefined) keys.add(key)
    }
    if (items.length < PAGE_SIZE) return keys
  }
}

function toLine({ key, card, period, invoiceAt, amount }: PendingLine): Create {
  const base = {
    name: card.name,
    description: card.description,
    metadata: { [METADATA_KEY]: key },
    period: { from: new Date(period.from), to: new Date(period.to) },
    invoiceAt: new Date(invoiceAt),
  }
  // As of the items: only a recurring fee is billed in arrears.
  const paymentTerm = card.cadence === null ? 'in_advance' : 'in_arrears'
  if (amount !== null) return { ...base, rateCard: { price: { type: 'flat', amount, paymentTerm } } }
  if (card.kind === 'flat') return base
  return { ...base, rateCard: { featureKey: card.key, price: usagePrice(card), ...discountsOf(card) } }
}
