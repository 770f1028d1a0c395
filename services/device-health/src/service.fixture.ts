import { contextFor } from '@draupnir/http'
import { type Id, newId } from '@draupnir/ids'
import { migrationsOf } from '@draupnir/service'
import { type ConsumerUnderTest, nextId, testClock, testContext, testDatabase, testLog } from '@draupnir/testing'
import { addMs, type Instant, instant, MINUTE_MS } from '@draupnir/time'
import { type ContractLine, type ContractState, contractSchema } from '@draupnir/wire'
import type { Told } from './assignment/assignment.ts'
import { handlers } from './consumers.ts'
import { registerDevice } from './device/register-device.ts'
import { rememberSeller } from './seller/remember-seller.ts'
import { deviceHealth } from './service.ts'

export const T0: Instant = instant('2026-01-15T09:00:00Z')
export const minutes = (count: number): Instant => addMs(T0, count * MINUTE_MS)
export const SELLER = newId('party', T0)

/** A database of the service and its verbs at a moment the test moves. Call it at the top level of the file. */
export async function healthService() {
  const { db, owner } = await testDatabase({ schema: 'device_health', sources: migrationsOf(deviceHealth) })
  const clock = testClock(T0)
  const ctx = testContext(db, { clock })
  const consumer: ConsumerUnderTest = {
    service: 'device-health',
    db,
    handlers,
    contextFor: (unit) => contextFor({ ...unit, log: testLog() }),
    clock,
  }
  let serial = 0
  const onboard = () => rememberSeller(ctx, { id: SELLER, roles: ['seller'] })
  /** Eight GPUs, silent after ten minutes. */
  const newDevice = () => {
    serial += 1
    const device = { seller_id: SELLER, serial: `S${serial}`, sku: 'h100', gpu_count: 8, heartbeat_grace_seconds: 600 }
    return registerDevice(ctx, device)
  }
  return { db, owner, clock, ctx, consumer, onboard, newDevice }
}

/** An active contract with one line on these devices. */
export function contractOn(
  deviceIds: readonly Id<'device'>[],
  change: Partial<ContractState> & { readonly price?: ContractLine['price'] } = {},
): ContractState {
  const { price, ...rest } = change
  const usage = { type: 'usage', unit: 'gpu_hour', unit_price: { amount: '235', currency: 'USD' } } as const
  return contractSchema.parse({
    id: nextId('contract'),
    buyer_id: nextId('party'),
    currency: 'USD',
    lifecycle: 'active',
    cadence: 'P1M',
    net_days: 30,
    collection_method: 'wallet',
    platform_fee_rate: '0.1',
    time_zone: 'UTC',
    billing_anchor: T0,
    activated_at: T0,
    ends_at: null,
    lines: [
      {
        id: nextId('contractLine'),
        seller_id: SELLER,
        sku: 'h100',
        description: 'H100',
        quantity: '1',
        price: price ?? usage,
        device_ids: [...deviceIds],
      },
    ],
    version: 3,
    ...rest,
  })
}

/** A contract as it is said to be since a moment, by an edit that leaves the past as it was. */
export function standing(contract: ContractState, begunAt: Instant): Told {
  return { contract, begunAt, past: [] }
}
