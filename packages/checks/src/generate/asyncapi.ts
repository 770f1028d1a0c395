import {
  durableName,
  EVENTS,
  type EventDefinition,
  envelopeSchema,
  SERVICES,
  SUBSCRIPTIONS,
  streamName,
} from '@draupnir/wire'
import { z } from 'zod'

/** The AsyncAPI 3 document of every event: a channel each, sent by its owner, received by its subscribers. */
export function asyncApiDocument() {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Draupnir events',
      version: '1',
      description:
        'CloudEvents 1.0 in JSON on NATS JetStream. Within an aggregate, `aggregateseq` counts 1, 2, 3 … without a gap.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(EVENTS.map((event) => [keyOf(event), channelOf(event)])),
    operations: Object.fromEntries(EVENTS.flatMap((event) => [sendOf(event), ...receivesOf(event)])),
    components: { messages: Object.fromEntries(EVENTS.map((event) => [keyOf(event), messageOf(event)])) },
  }
}

/** `contract_line_added_v1` */
function keyOf({ type, version }: EventDefinition): string {
  return `${type.replaceAll(/[.-]/g, '_')}_v${version}`
}

function channelOf(event: EventDefinition) {
  return {
    address: `evt.${event.type}.v${event.version}.{aggregate_id}`,
    title: `${event.type} v${event.version}`,
    description: `${event.summary} Stream ${streamName(event.service)}, ordered by ${event.aggregate}.`,
    parameters: { aggregate_id: { description: `Id of the ${event.aggregate}` } },
    messages: { event: { $ref: `#/components/messages/${keyOf(event)}` } },
  }
}

function messageOf(event: EventDefinition) {
  const envelope = envelopeSchema.extend({
    type: z.literal(event.type),
    aggregatetype: z.literal(event.aggregate),
    data: event.schema,
  })
  const { $schema: _, ...payload } = z.toJSONSchema(envelope, { target: 'draft-7', io: 'output' })
  return { name: event.type, title: event.summary, contentType: 'application/json', payload }
}

function sendOf(event: EventDefinition): [string, object] {
  const action = {
    action: 'send',
    channel: { $ref: `#/channels/${keyOf(event)}` },
    summary: `${event.service} says so`,
  }
  return [`${event.service}_sends_${keyOf(event)}`, action]
}

function receivesOf(event: EventDefinition): [string, object][] {
  return SERVICES.filter((name) => SUBSCRIPTIONS[name].some(({ type }) => type === event.type)).map((name) => [
    `${name}_receives_${keyOf(event)}`,
    {
      action: 'receive',
      channel: { $ref: `#/channels/${keyOf(event)}` },
      summary: `Durable ${durableName(name, event.service)}`,
    },
  ])
}
