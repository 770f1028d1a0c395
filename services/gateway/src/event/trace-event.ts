import { refuse } from '@draupnir/errors'
import { durableName, type ServiceName, SUBSCRIPTIONS } from '@draupnir/wire'
import { z } from 'zod'
import { askService } from '../ask-service.ts'

const producedSchema = z.object({
  type: z.string(),
  version: z.number(),
  tenant: z.string(),
  aggregateType: z.string(),
  aggregateId: z.string(),
  aggregateSeq: z.number(),
  correlationId: z.string(),
  causationId: z.string().nullable(),
  actor: z.string(),
  occurredAt: z.string(),
  state: z.enum(['pending', 'blocked', 'published']),
  publishedAt: z.string().nullable(),
  streamSeq: z.number().nullable(),
})
const consumedSchema = z.object({
  consumer: z.string(),
  state: z.enum(['pending', 'retrying', 'applied', 'refused', 'skipped', 'parked']),
  at: z.string().nullable(),
  reason: z.string().nullable(),
})
const traceSchema = z.object({ produced: producedSchema.nullable(), consumed: z.array(consumedSchema) })

export interface TraceOptions {
  readonly services: Readonly<Record<string, string>>
  readonly secret: string
  readonly actor: string
  readonly requestId: string
}

type Consumed = z.output<typeof consumedSchema>
const SETTLED = new Set<Consumed['state']>(['applied', 'refused', 'skipped'])

/** Where an event is: at its producer and at every consumer that subscribes to it. Another tenant's is not found. */
export async function traceEvent(eventId: string, tenant: string, options: TraceOptions) {
  const names = Object.keys(options.services).filter((name): name is ServiceName => name in SUBSCRIPTIONS)
  const traces = await Promise.all(names.map((name) => ask(name, eventId, options)))
  const produced = traces.find((trace) => trace.produced !== null)?.produced
  if (produced === undefined || produced === null || produced.tenant !== tenant)
    refuse('request.not-found', { event_id: eventId })
  const known = new Map(traces.flatMap((trace) => trace.consumed).map((mark) => [mark.consumer, mark]))
  const consumers = consumersOf(produced.type).map(
    (consumer): Consumed => known.get(consumer) ?? { consumer, state: 'pending', at: null, reason: null },
  )
  return {
    id: eventId,
    type: produced.type,
    version: produced.version,
    aggregate_type: produced.aggregateType,
    aggregate_id: produced.aggregateId,
    aggregate_seq: produced.aggregateSeq,
    correlation_id: produced.correlationId,
    causation_id: produced.causationId,
    actor: produced.actor,
    occurred_at: produced.occurredAt,
    state: produced.state,
    published_at: produced.publishedAt,
    stream_seq: produced.streamSeq,
    /** Done when it is published and every consumer that subscribes to it has settled it. */
    done: produced.state === 'published' && consumers.every(({ state }) => SETTLED.has(state)),
    consumers,
  }
}

async function ask(name: ServiceName, eventId: string, { services, ...options }: TraceOptions) {
  const answer = await askService({
    ...options,
    service: name,
    baseUrl: services[name] ?? '',
    path: `/internal/events/${eventId}`,
  })
  return traceSchema.parse(answer.body)
}

function consumersOf(type: string): string[] {
  return Object.entries(SUBSCRIPTIONS).flatMap(([consumer, events]) =>
    events.filter((event) => event.type === type).map((event) => durableName(consumer as ServiceName, event.service)),
  )
}
