import { jetstream } from '@nats-io/jetstream'
import { driverOf } from '../src/driver.ts'
import type { Bus, OutgoingMessage } from '../src/index.ts'

/** Publishes with the client's own `js.publish`, `window` at a time: the roofline the relay is compared with. */
export async function rawPublish(bus: Bus, messages: readonly OutgoingMessage[], window: number): Promise<void> {
  const js = jetstream(driverOf(bus).nc)
  for (let start = 0; start < messages.length; start += window) {
    const slice = messages.slice(start, start + window)
    await Promise.all(slice.map(({ id, subject, body }) => js.publish(subject, body, { msgID: id })))
  }
}

/** Version of the server, for reports. */
export function brokerVersion(bus: Bus): string {
  return driverOf(bus).nc.info?.version ?? 'unknown'
}
