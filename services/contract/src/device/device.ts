import type { Id } from '@draupnir/ids'
import type { Device as WireDevice } from '@draupnir/wire'

/** A device as this service knows it. */
export interface Device {
  readonly id: Id<'device'>
  readonly seller_id: Id<'party'>
}

export type DeviceState = WireDevice['state']
