import { type OpenMeter, orMissing, reached } from '@draupnir/openmeter'
import { type Instant, instant } from '@draupnir/time'
import type { Version, Versions } from '../mirror/gaps.ts'
import { boughtOf, type Item } from './rate-card.ts'

/** Every version of every item a customer ever had, by key, in order. */
export async function readVersions(om: OpenMeter, customerKey: string): Promise<Versions> {
  const page = await orMissing('customers.listSubscriptions', () => om.customers.listSubscriptions(customerKey))
  const versions = new Map<string, Version[]>()
  for (const { id } of page?.items ?? []) {
    const { phases } = await reached('subscriptions.get', () => om.subscriptions.get(id))
    for (const [key, items] of phases.flatMap(({ itemTimelines }) => Object.entries(itemTimelines)))
      versions.set(key, [...(versions.get(key) ?? []), ...items.map(versionOf)])
  }
  for (const list of versions.values()) list.sort((a, b) => (a.from < b.from ? -1 : 1))
  return versions
}

function versionOf(item: Item): Version {
  const { activeFrom, activeTo, price, discounts } = item
  return {
    bought: boughtOf(item),
    from: at(activeFrom),
    to: activeTo === undefined ? null : at(activeTo),
    amount: price?.type === 'flat' ? price.amount : '0',
    discount: String(discounts?.percentage?.percentage ?? 0),
  }
}

function at(date: Date): Instant {
  return instant(date.toISOString())
}
