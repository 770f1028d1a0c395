import { required } from '@draupnir/errors'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Bus } from './bus.ts'

/** What stays inside this package: the client behind a `Bus`. */
export interface Driver {
  readonly nc: NatsConnection
  readonly manager: JetStreamManager
}

const drivers = new WeakMap<Bus, Driver>()

export function attachDriver(bus: Bus, driver: Driver): void {
  drivers.set(bus, driver)
}

/** `Defect` when `bus` was not made by `connectBus`. */
export function driverOf(bus: Bus): Driver {
  return required(drivers.get(bus), 'this bus was not made by connectBus')
}
