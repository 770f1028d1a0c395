import type { Db } from '@draupnir/db'

/** When OpenMeter last changed an invoice that we have looked at, RFC 3339; the beginning of time before the first look. */
export async function readWatermark(db: Db): Promise<string> {
  const [row] = await db.sql<{ seen_until: string }[]>`select seen_until from openmeter_watermark`
  return row?.seen_until ?? '1970-01-01T00:00:00.000Z'
}

export async function saveWatermark(db: Db, seenUntil: string): Promise<void> {
  await db.sql`
    insert into openmeter_watermark (one, seen_until) values (true, ${seenUntil})
    on conflict (one) do update set seen_until = greatest(openmeter_watermark.seen_until, excluded.seen_until)`
}
