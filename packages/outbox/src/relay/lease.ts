import type { SqlClient } from '@draupnir/db'

/** What the holder of the lease may act on: marks made under an older epoch change nothing. */
export interface Lease {
  readonly holder: string
  readonly epoch: bigint
}

export interface BrokerPosition {
  /** Null before the first event was ever published. */
  readonly created: string | null
  readonly lastSequence: number
}

const NAME = 'relay'

/** Takes the lease when it is free or has run out by the database's clock; null while another holds it. */
export async function acquireLease(sql: SqlClient, holder: string, ttlMs: number): Promise<Lease | null> {
  const [row] = await sql<{ epoch: bigint }[]>`
    insert into relay_lease as lease (name, holder, epoch, expires_at)
    values (${NAME}, ${holder}, 1, clock_timestamp() + ${ttlMs} * interval '1 millisecond')
    on conflict (name) do update
      set holder = excluded.holder, epoch = lease.epoch + 1, expires_at = excluded.expires_at
      where lease.expires_at < clock_timestamp()
    returning epoch`
  return row === undefined ? null : { holder, epoch: row.epoch }
}

/** Whether the lease is still ours; if so it lasts `ttlMs` from now. */
export async function renewLease(sql: SqlClient, lease: Lease, ttlMs: number): Promise<boolean> {
  const rows = await sql`
    update relay_lease set expires_at = clock_timestamp() + ${ttlMs} * interval '1 millisecond'
    where name = ${NAME} and holder = ${lease.holder} and epoch = ${lease.epoch}
    returning epoch`
  return rows.length === 1
}

/** Lets the next relay take over at once. */
export async function releaseLease(sql: SqlClient, lease: Lease): Promise<void> {
  await sql`
    update relay_lease set expires_at = clock_timestamp() - interval '1 millisecond'
    where name = ${NAME} and holder = ${lease.holder} and epoch = ${lease.epoch}`
}

export async function readPosition(sql: SqlClient): Promise<BrokerPosition> {
  const [row] = await sql<{ stream_created: string | null; stream_last_seq: bigint }[]>`
    select stream_created, stream_last_seq from relay_lease where name = ${NAME}`
  return { created: row?.stream_created ?? null, lastSequence: Number(row?.stream_last_seq ?? 0) }
}
