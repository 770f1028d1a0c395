import { timestamp, type Unit } from '../api/unit.ts'
import { find, insert } from '../store/resource.ts'

/** The test bank's connection, the same in every sandbox. */
export const CONNECTION_ID = '5a0b1e00-0000-4000-8000-000000000001'
export const BANK_NAME = 'GRINGOTTS WIZARDING BANK'
export const BANK_ROUTING_NUMBER = '121141822'
const VENDOR_ID = '5a0b1e00-0000-4000-8000-000000000002'

/** Creates the connection of a fresh sandbox; no effect when it is there. */
export async function ensureConnection(unit: Unit): Promise<void> {
  if (await find(unit, 'connection', CONNECTION_ID)) return
  const at = timestamp(unit.now)
  await insert(unit, 'connection', {
    id: CONNECTION_ID,
    object: 'connection',
    live_mode: false,
    created_at: at,
    updated_at: at,
    discarded_at: null,
    vendor_id: VENDOR_ID,
    vendor_customer_id: null,
    vendor_name: 'Gringotts Wizarding Bank',
  })
}
