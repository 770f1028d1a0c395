import { newId } from '@draupnir/ids'
import { addMs, HOUR_MS, type Instant, instant } from '@draupnir/time'
import type { AddLine } from './add-line.ts'
import type { CreateContract } from './create-contract.ts'

export const T0: Instant = instant('2026-01-15T09:00:00Z')
export const hours = (count: number): Instant => addMs(T0, count * HOUR_MS)

export const BUYER = newId('party', T0)
export const SELLER = newId('party', T0)
export const DEVICE = newId('device', T0)

export const buyer = { id: BUYER, roles: ['buyer'] as const }
export const seller = { id: SELLER, roles: ['seller'] as const }
export const device = { id: DEVICE, seller_id: SELLER }

export const terms: CreateContract = {
  buyer_id: BUYER,
  currency: 'USD',
  cadence: 'P1M',
  net_days: 30,
  collection_method: 'wallet',
  platform_fee_rate: '0.1',
  time_zone: 'UTC',
  tax_rate: '0',
  term: null,
}

export function usageLine(change: Partial<AddLine> = {}): AddLine {
  return {
    seller_id: SELLER,
    sku: 'h100',
    description: 'H100 by the hour',
    quantity: '1',
    price: { type: 'usage', unit: 'gpu_hour', unit_price: { amount: '235.5', currency: 'USD' } },
    device_ids: [],
    ...change,
  }
}

export function flatLine(change: Partial<AddLine> = {}): AddLine {
  return usageLine({
    sku: 'support',
    description: 'Support',
    price: { type: 'flat_recurring', unit_price: { amount: '50000', currency: 'USD' } },
    ...change,
  })
}
