import { refuse } from '@draupnir/errors'
import { strict } from '@draupnir/http'
import { isId } from '@draupnir/ids'
import { type Drained, listParked, type Parked, replayParked, skipParked } from '@draupnir/outbox'
import { z } from 'zod'
import { inputOf } from './internal-input.ts'
import type { InternalSources, MountInternal } from './internal-routes.ts'

const listQuery = strict({
  consumer: z.string().max(200).optional(),
  aggregate_id: z.string().max(200).optional(),
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
const replayBody = strict({ accept_gap: z.boolean().default(false) }).default({ accept_gap: false })

/** Poison, for operators: seen, applied again after its cause was put right, or left without effect. */
export function mountParked(mount: MountInternal, { db, engine }: InternalSources): void {
  mount('GET', '/internal/parked-events', async (c) => {
    const { query } = inputOf(c, { query: listQuery })
    const { consumer, aggregate_id: aggregateId, cursor: after, limit } = query
    const rows = await listParked(db.sql, {
      limit,
      ...(consumer === undefined ? {} : { consumer }),
      ...(aggregateId === undefined ? {} : { aggregateId }),
      ...(after === undefined ? {} : { after }),
    })
    return { data: rows.map(resource), next_cursor: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
  })
  mount('POST', '/internal/parked-events/:id/replay', async (c) => {
    const { body } = inputOf(c, { body: replayBody })
    const { id, consumer } = await find(c.req.param('id'))
    const by = { actor: c.get('claims').actor, acceptGap: body.accept_gap }
    return drained(await replayParked(engine.resolverFor(consumer), id, by))
  })
  mount('POST', '/internal/parked-events/:id/skip', async (c) => {
    inputOf(c, {})
    const { id, consumer } = await find(c.req.param('id'))
    return drained(await skipParked(engine.resolverFor(consumer), id, { actor: c.get('claims').actor }))
  })

  const find = async (id: string | undefined): Promise<{ id: string; consumer: string }> => {
    if (id === undefined || !isId('parked', id)) return refuse('parked.not-found', {})
    const [row] = await db.sql<{ id: string; consumer: string }[]>`select id, consumer from parked where id = ${id}`
    return row ?? refuse('parked.not-found', { id })
  }
}

function resource(row: Parked) {
  return {
    id: row.id,
    consumer: row.consumer,
    event_id: row.eventId,
    tenant: row.tenant,
    type: row.type,
    aggregate_type: row.aggregateType,
    aggregate_id: row.aggregateId,
    aggregate_seq: row.aggregateSeq,
    code: row.code,
    error: row.error,
    attempts: row.attempts,
    parked_at: row.parkedAt,
    envelope: row.envelope,
  }
}

function drained({ settled, remaining, stopped }: Drained) {
  return { settled, remaining, stopped }
}
