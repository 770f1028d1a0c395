import { refuse } from '@draupnir/errors'
import { strict } from '@draupnir/http'
import { eventTrace, replayOutbox, unblockOutbox } from '@draupnir/outbox'
import { durableName } from '@draupnir/wire'
import { z } from 'zod'
import { inputOf } from './internal-input.ts'
import type { InternalSources, MountInternal } from './internal-routes.ts'

const position = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt)

const replayRange = z.union([
  strict({ from_pos: position, to_pos: position }),
  strict({
    aggregate_type: z.string().min(1),
    aggregate_id: z.string().min(1),
    from_seq: z.int().positive().optional(),
  }),
  strict({ event_ids: z.array(z.uuid()).min(1).max(1000) }),
])

/** The trace of an event as this service knows it, and publishing again what the outbox holds. */
export function mountEvents(mount: MountInternal, { db, name, handlers }: InternalSources): void {
  mount('GET', '/internal/events/:event_id', async (c) => {
    const { query } = inputOf(c, { query: strict({ type: z.string().max(200).optional() }) })
    // Whether an event concerns us is known by its type; one not yet seen here can only be told by the asker.
    const mine = handlers.filter(({ event }) => event.type === query.type)
    const consumers = new Set(mine.map(({ event }) => durableName(name, event.service)))
    return eventTrace(db.sql, eventIdOf(c.req.param('event_id')), [...consumers])
  })
  mount('POST', '/internal/events/:event_id/unblock', async (c) => {
    const id = eventIdOf(c.req.param('event_id'))
    if (!(await unblockOutbox(db, id))) refuse('request.not-found', { id })
    return { unblocked: true }
  })
  mount('POST', '/internal/outbox/replay', async (c) => {
    const { body } = inputOf(c, { body: replayRange })
    return { replayed: await replayOutbox(db, rangeOf(body)) }
  })
}

function rangeOf(body: z.output<typeof replayRange>) {
  if ('from_pos' in body) return { fromPos: body.from_pos, toPos: body.to_pos }
  if ('event_ids' in body) return { eventIds: body.event_ids }
  const { aggregate_type: aggregateType, aggregate_id: aggregateId, from_seq: fromSeq } = body
  return { aggregateType, aggregateId, ...(fromSeq === undefined ? {} : { fromSeq }) }
}

function eventIdOf(text: string | undefined): string {
  const id = z.uuid().safeParse(text)
  return id.data ?? refuse('request.not-found', { id: (text ?? '').slice(0, 64).toWellFormed() })
}
