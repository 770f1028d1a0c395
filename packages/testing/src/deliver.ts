import type { DbPool, Log } from '@draupnir/db'
import { required } from '@draupnir/errors'
import { type Applier, type Handler, startConsumer } from '@draupnir/outbox'
import { durableName, type Envelope, SERVICES, type ServiceName, streamName } from '@draupnir/wire'
import { testLog } from './context.ts'
import { MemoryStream } from './memory-stream.ts'

/** A service's handlers, as its composition root would start them. */
export interface ConsumerUnderTest {
  readonly service: ServiceName
  readonly db: DbPool
  readonly handlers: readonly Handler[]
  readonly contextFor: Applier['contextFor']
  readonly clock: Applier['clock']
  readonly log?: Log
}

export interface DeliverOptions {
  /** Whether a parked event is what the test expects; otherwise it fails the test with the reason. */
  readonly mayPark?: boolean
}

/** Delivers events through the real consumer runtime, without a broker; resolves when each is applied, settled or parked. */
export async function deliver(
  consumer: ConsumerUnderTest,
  events: readonly Envelope[],
  options: DeliverOptions = {},
): Promise<void> {
  const byProducer = Map.groupBy(events, producerOf)
  await Promise.all([...byProducer].map(([producer, its]) => deliverFrom(consumer, producer, its)))
  if (options.mayPark !== true) await refuseParked(consumer.db)
}

/** Delivers everything twice, as JetStream may: each event again at once, then all of them again from the start. */
export async function deliverTwice(
  consumer: ConsumerUnderTest,
  events: readonly Envelope[],
  options?: DeliverOptions,
): Promise<void> {
  await deliver(
    consumer,
    events.flatMap((event) => [event, event]),
    options,
  )
  await deliver(consumer, events, options)
}

/** Delivers the last event first, and so on; `arrange` gives another order. */
export async function deliverOutOfOrder(
  consumer: ConsumerUnderTest,
  events: readonly Envelope[],
  options: DeliverOptions & { readonly arrange?: (events: readonly Envelope[]) => readonly Envelope[] } = {},
): Promise<void> {
  const arrange = options.arrange ?? ((list) => list.toReversed())
  await deliver(consumer, arrange(events), options)
}

async function deliverFrom(
  consumer: ConsumerUnderTest,
  producer: ServiceName,
  events: readonly Envelope[],
): Promise<void> {
  const memory = new MemoryStream(events)
  const started = startConsumer({
    bus: memory.bus,
    stream: streamName(producer),
    consumer: durableName(consumer.service, producer),
    actor: `service:${consumer.service}`,
    db: consumer.db,
    handlers: consumer.handlers,
    contextFor: consumer.contextFor,
    clock: consumer.clock,
    log: consumer.log ?? testLog(),
  })
  await memory.settled
  await started.stop()
}

function producerOf(event: Envelope): ServiceName {
  const name = SERVICES.find((service) => event.source === `draupnir:service/${service}`)
  return required(name, `${event.source} is no service`)
}

async function refuseParked({ sql }: DbPool): Promise<void> {
  const parked = await sql<{ type: string; code: string; error: string }[]>`
    select type, code, error from parked where status = 'parked' order by parked_at`
  if (parked.length === 0) return
  throw new Error(parked.map(({ type, code, error }) => `${type} was parked, ${code}: ${error}`).join('\n'))
}
