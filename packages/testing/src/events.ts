import type { Id } from '@draupnir/ids'
import { newEventId } from '@draupnir/ids'
import { type Instant, instant } from '@draupnir/time'
import { dataSchemaUri, type Envelope, type EventDefinition, subjectOf } from '@draupnir/wire'
import { TEST_TENANT } from './context.ts'

export interface EventOptions {
  readonly tenant?: Id<'tenant'>
  readonly at?: Instant
  readonly correlationId?: string
}

export interface EventSource {
  /** The next event of its aggregate, as another service would have published it. */
  readonly next: <D, I>(event: EventDefinition<D, I>, data: I, options?: EventOptions) => Envelope
}

/** Numbers the events of each aggregate from 1, as the outbox does. */
export function eventSource(defaults: EventOptions = {}): EventSource {
  const sequences = new Map<string, number>()
  return {
    next: (event, data, options = {}) => {
      const {
        tenant = TEST_TENANT,
        at = instant('2026-01-01T00:00:00Z'),
        correlationId = 'test',
      } = {
        ...defaults,
        ...options,
      }
      const parsed = event.schema.parse(data)
      const aggregateId = event.aggregateId(parsed)
      const key = `${event.aggregate}/${aggregateId}`
      const seq = (sequences.get(key) ?? 0) + 1
      sequences.set(key, seq)
      return {
        specversion: '1.0',
        id: newEventId(at),
        type: event.type,
        source: `draupnir:service/${event.service}`,
        subject: subjectOf(event, aggregateId),
        time: at,
        datacontenttype: 'application/json',
        dataschema: dataSchemaUri(event.type, event.version),
        aggregatetype: event.aggregate,
        aggregateid: aggregateId,
        aggregateseq: seq,
        tenantid: tenant,
        correlationid: correlationId,
        causationid: null,
        actor: `service:${event.service}`,
        traceparent: null,
        data: JSON.parse(JSON.stringify(data)),
      }
    },
  }
}
