import type { Delivery } from '@draupnir/bus'
import type { SqlClient } from '@draupnir/db'
import { deriveId, type Id } from '@draupnir/ids'
import type { Incoming, ParkCode, Poison } from '../consumer/decode.ts'

export interface Parked {
  readonly id: Id<'parked'>
  readonly consumer: string
  readonly eventId: string
  readonly tenant: string
  readonly type: string
  readonly aggregateType: string
  readonly aggregateId: string
  readonly aggregateSeq: number
  readonly envelope: string
  readonly code: ParkCode
  readonly error: string
  readonly attempts: number
  readonly parkedAt: string
}

/** Puts an event aside with the reason; parking it again changes nothing. */
export async function park(sql: SqlClient, consumer: string, incoming: Incoming, poison: Poison): Promise<void> {
  const { event, text, attempt } = incoming
  await sql`
    insert into parked (id, consumer, event_id, tenant_id, type, aggregate_type, aggregate_id, aggregate_seq, envelope,
      code, error, attempts)
    values (${deriveId('parked', consumer, event.id)}, ${consumer}, ${event.id}, ${event.tenantid}, ${event.type},
      ${event.aggregatetype}, ${event.aggregateid}, ${event.aggregateseq}, ${text}, ${poison.code},
      ${poison.error.slice(0, 4_000)}, ${attempt})
    on conflict do nothing`
}

/** Keeps a message that is no event at all, under an id of its place in the stream. */
export async function parkMalformed(
  sql: SqlClient,
  consumer: string,
  stream: string,
  delivery: Pick<Delivery, 'subject' | 'streamSequence' | 'attempt'>,
  decoded: { readonly malformed: { readonly code: string; readonly error: string }; readonly text: string },
): Promise<void> {
  await sql`
    insert into parked (id, consumer, event_id, tenant_id, type, aggregate_type, aggregate_id, aggregate_seq, envelope,
      code, error, attempts)
    values (${deriveId('parked', consumer, stream, String(delivery.streamSequence))}, ${consumer}, gen_random_uuid(), '', '',
      ${stream}, ${delivery.subject}, ${delivery.streamSequence}, ${decoded.text}, ${decoded.malformed.code},
      ${decoded.malformed.error.slice(0, 4_000)}, ${delivery.attempt})
    on conflict do nothing`
}
