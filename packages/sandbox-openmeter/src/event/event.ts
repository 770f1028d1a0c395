import type { Instant } from '@draupnir/time'

export interface CloudEvent {
  readonly id: string
  readonly source: string
  readonly specversion: string
  readonly type: string
  readonly subject: string
  readonly time?: Instant | null
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly datacontenttype?: string | null
  readonly dataschema?: string | null
}

export interface StoredEvent {
  readonly document: CloudEvent
  readonly time: Instant
  readonly validationError: string | null
  readonly ingestedAt: Instant
  readonly customerId: string | null
}

export function eventView(event: StoredEvent) {
  const { document, time, validationError, ingestedAt, customerId } = event
  return {
    event: { ...document, time },
    ...(customerId === null ? {} : { customerId }),
    ...(validationError === null ? {} : { validationError }),
    ingestedAt,
    storedAt: ingestedAt,
  }
}
