import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { z } from 'zod'
import { idField, instantField } from './fields.ts'

/** CloudEvents 1.0 in JSON, with Draupnir's extensions. */
export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  time: instantField,
  datacontenttype: z.literal('application/json'),
  /** `…/<type>/v<N>`: the schema, with its version. */
  dataschema: z.string(),
  aggregatetype: z.string(),
  aggregateid: z.string(),
  aggregateseq: z.number().int().positive(),
  tenantid: idField('tenant'),
  correlationid: z.string(),
  causationid: z.string().nullable(),
  actor: z.string(),
  traceparent: z.string().nullable(),
  data: z.unknown(),
})

export type Envelope = z.infer<typeof envelopeSchema>

/** An event as a handler receives it: the envelope with its data parsed. */
export interface Event<D> extends Omit<Envelope, 'data'> {
  readonly id: string
  readonly time: Instant
  readonly tenantid: Id<'tenant'>
  readonly data: D
}

/** `draupnir:event/<type>/v<N>` */
export function dataSchemaUri(type: string, version: number): string {
  return `draupnir:event/${type}/v${version}`
}

/** The version at the end of a `dataschema`, or null. */
export function versionOf(dataschema: string): number | null {
  const match = /\/v(\d+)$/.exec(dataschema)
  return match === null ? null : Number(match[1])
}
