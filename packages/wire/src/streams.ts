import { durableName, SERVICES, type ServiceName, streamName } from './services.ts'
import { SUBSCRIPTIONS } from './subscriptions.ts'

const DAY_MS = 86_400_000

/** One stream per producing service; the bus provisions exactly these. */
export interface StreamDeclaration {
  readonly service: ServiceName
  readonly name: string
  readonly subjects: readonly string[]
  readonly maxAgeMs: number
  readonly maxBytes: number
  readonly duplicateWindowMs: number
}

/** One durable per consuming service and stream it reads. */
export interface DurableDeclaration {
  readonly name: string
  readonly stream: string
  readonly consumer: ServiceName
  readonly producer: ServiceName
  readonly ackWaitMs: number
  readonly maxAckPending: number
}

export function streams(): StreamDeclaration[] {
  return SERVICES.map((service) => ({
    service,
    name: streamName(service),
    subjects: [`evt.${service}.>`],
    maxAgeMs: 14 * DAY_MS,
    maxBytes: 8 * 1024 ** 3,
    duplicateWindowMs: 2 * 60_000,
  }))
}

export function durables(): DurableDeclaration[] {
  return SERVICES.flatMap((consumer) => {
    const producers = new Set(SUBSCRIPTIONS[consumer].map((event) => event.service))
    return [...producers].map((producer) => ({
      name: durableName(consumer, producer),
      stream: streamName(producer),
      consumer,
      producer,
      // How long what a killed consumer held stays away; the living say every 3 s that they still work on it.
      ackWaitMs: 10_000,
      maxAckPending: 2_000,
    }))
  })
}
