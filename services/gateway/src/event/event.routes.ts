import { component, defineRoute, strict } from '@draupnir/http'
import { z } from 'zod'
import { traceEvent } from './trace-event.ts'

const eventTraceResource = component(
  'EventTrace',
  z.object({
    id: z.uuid(),
    type: z.string(),
    version: z.number().int(),
    aggregate_type: z.string(),
    aggregate_id: z.string(),
    aggregate_seq: z.number().int(),
    correlation_id: z.string(),
    causation_id: z.string().nullable(),
    actor: z.string(),
    occurred_at: z.string(),
    state: z.enum(['pending', 'blocked', 'published']),
    published_at: z.string().nullable(),
    stream_seq: z.number().int().nullable(),
    done: z.boolean(),
    consumers: z.array(
      z.object({
        consumer: z.string(),
        state: z.enum(['pending', 'retrying', 'applied', 'refused', 'skipped', 'parked']),
        at: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
  }),
)

export function eventRoutes(services: Readonly<Record<string, string>>, secret: string) {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/events/{event_id}',
      scope: 'events:read',
      summary: 'Traces an event through its producer and every consumer',
      tags: ['Events'],
      params: strict({ event_id: z.uuid() }),
      responses: { 200: eventTraceResource },
      handler: async (ctx, { params }) => {
        const options = { services, secret, actor: ctx.actor, requestId: ctx.trace.correlationId }
        return { status: 200, body: await traceEvent(params.event_id, ctx.tenant, options) }
      },
    }),
  ]
}
