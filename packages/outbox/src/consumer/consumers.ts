import type { Bus } from '@draupnir/bus'
import { durableName, type ServiceName, streamName } from '@draupnir/wire'
import { type Consumer, type ConsumerOptions, startConsumer } from './consumer.ts'
import type { Handler } from './handler.ts'

export interface ConsumersOptions extends Omit<ConsumerOptions, 'consumer' | 'stream' | 'actor' | 'handlers'> {
  readonly service: ServiceName
  readonly handlers: readonly Handler[]
}

export interface Consumers {
  readonly each: readonly Consumer[]
  readonly handled: () => number
  readonly stop: () => Promise<void>
}

/** One consumer for every service whose events the handlers are for. */
export function startConsumers(options: ConsumersOptions): Consumers {
  const { service, handlers } = options
  const producers = [...new Set(handlers.map((handler) => handler.event.service))]
  const each = producers.map((producer) =>
    startConsumer({
      ...options,
      actor: `service:${service}`,
      consumer: durableName(service, producer),
      stream: streamName(producer),
      handlers: handlers.filter((handler) => handler.event.service === producer),
    }),
  )
  return {
    each,
    handled: () => each.reduce((sum, consumer) => sum + consumer.handled(), 0),
    stop: async () => void (await Promise.all(each.map((consumer) => consumer.stop()))),
  }
}

export interface Busy {
  readonly what: string
  readonly count: number
}

/** What is not yet applied, over all replicas; parked events are nobody's work. A `Transient` when the broker does not answer. */
export async function consumersBusy(bus: Bus, consumers: readonly Consumer[]): Promise<Busy[]> {
  const states = await Promise.all(
    consumers.map(async (consumer) => {
      const state = await bus.consumerState(consumer.stream, consumer.name)
      // A durable that is gone will be made again and read from the start.
      const open = state === null ? 1 : state.pending + state.ackPending
      return { what: `consumer ${consumer.name}`, count: Math.max(open, consumer.held()) }
    }),
  )
  return states.filter(({ count }) => count > 0)
}
