import type { StreamState } from '@draupnir/bus'
import type { Db } from '@draupnir/db'
import type { BrokerPosition, Lease } from './lease.ts'

export type Loss = { readonly kind: 'wiped' } | { readonly kind: 'rolled-back'; readonly survivors: number }

/** What the broker has lost since we last heard of it, if anything. */
export function detectLoss(position: BrokerPosition, stream: StreamState): Loss | null {
  if (position.created === null) return null
  if (position.created !== stream.created) return { kind: 'wiped' }
  if (stream.lastSequence < position.lastSequence) return { kind: 'rolled-back', survivors: stream.lastSequence }
  return null
}

/**
 * Makes what the stream has lost pending again and takes its present state as the new position, in one transaction.
 * Returns the number of events to publish again; null when the lease has gone to another.
 */
export function forgetLost(
  db: Db,
  lease: Lease,
  stream: { created: string },
  loss: Loss | null,
): Promise<number | null> {
  const survivors = loss?.kind === 'rolled-back' ? loss.survivors : 0
  return db.transaction(async ({ sql }) => {
    const mine = await sql`
      update relay_lease set stream_created = ${stream.created},
        stream_last_seq = case when ${loss === null} then stream_last_seq else ${survivors} end
      where holder = ${lease.holder} and epoch = ${lease.epoch}
      returning epoch`
    if (mine.length === 0) return null
    if (loss === null) return 0
    const lost = await sql`
      update outbox_publication set published_at = null, stream_seq = null
      where published_at is not null and stream_seq > ${survivors}`
    return lost.count
  })
}
