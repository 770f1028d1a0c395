import { type OpenMeter, orMissing, reached } from '@draupnir/openmeter'
import type { Desired } from '../mirror/mirror.ts'

/** One OpenMeter customer per contract, found by its key; answers OpenMeter's id. */
export async function ensureCustomer(om: OpenMeter, desired: Desired['customer']): Promise<string> {
  const found = await orMissing('customers.get', () => om.customers.get(desired.key))
  if (found !== null) return found.id
  const made = await reached('customers.create', () =>
    om.customers.create({
      key: desired.key,
      name: desired.name,
      currency: desired.currency,
      usageAttribution: { subjectKeys: [desired.key] },
      metadata: { contract_id: desired.key },
    }),
  )
  return made.id
}
