import { createHash } from 'node:crypto'
import { enqueue } from '@draupnir/sandbox'
import type { Instant } from '@draupnir/time'
import { base, type Unit } from '../api/unit.ts'
import type { Bodies } from '../store/bodies.ts'
import { insert } from '../store/resource.ts'
import type { EventName, Topic } from './names.ts'
import { listEndpoints } from './webhook-endpoint.ts'

/** Records an event and queues its webhooks, in the transaction of its cause. `data` is the resource as a GET answers it. */
export async function publish<T extends Topic>(
  unit: Unit,
  topic: T,
  name: EventName<T>,
  data: Bodies[T],
): Promise<void> {
  const event = {
    ...base(unit, 'event'),
    resource: topic,
    event_name: name,
    event_time: eventTime(unit.now, '+00:00'),
    data: Object.fromEntries(Object.entries(data)),
    entity_id: data.id,
  }
  await insert(unit, 'event', event)
  for (const endpoint of await listEndpoints(unit.sql)) {
    await enqueue(unit.sql, unit.now, {
      messageId: webhookId(event.id, endpoint.id),
      endpoint: endpoint.id,
      eventType: `${topic}.${name}`,
      url: endpoint.url,
      headers: {
        'X-Topic': topic,
        'X-Event-ID': event.id,
        'X-Event-Time': eventTime(unit.now, 'Z'),
        'X-Live-Mode': 'false',
      },
      body: JSON.stringify({ event: name, data }),
    })
  }
}

function eventTime(at: Instant, zone: string): string {
  return `${at.slice(0, 23)}000000${zone}`
}

// 24 hex digits, the same on every attempt.
function webhookId(eventId: string, endpointId: string): string {
  return createHash('sha256').update(`${eventId}:${endpointId}`).digest('hex').slice(0, 24)
}
