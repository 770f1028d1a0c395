import { fileURLToPath } from 'node:url'
import { activity, schedule, timer } from '@draupnir/clock'
import { Defect } from '@draupnir/errors'
import { defineRoute, strict } from '@draupnir/http'
import { emit, handle } from '@draupnir/outbox'
import { addMs, HOUR_MS } from '@draupnir/time'
import { HoldingReleased, idField, moneyField, SUBSCRIPTIONS } from '@draupnir/wire'
import { z } from 'zod'
import { defineService } from '../../src/index.ts'

const migrations = fileURLToPath(new URL('./migrations', import.meta.url))

/** Releases holdings: a route that writes, emits and schedules. */
export const tinyLedger = defineService({
  name: 'ledger',
  migrations,
  config: z.object({ GREETING: z.string().min(3) }),
  handlers: SUBSCRIPTIONS.ledger.map((event) => handle(event, async () => {})),
  routes: ({ config: { GREETING } }) => [
    defineRoute({
      method: 'post',
      path: '/v1/holdings/{settlement_id}/release',
      scope: 'holdings:write',
      summary: 'Releases a holding',
      tags: ['Holdings'],
      params: strict({ settlement_id: idField('settlement') }),
      body: strict({ amount: moneyField }),
      responses: { 201: z.object({ greeting: z.string() }) },
      handler: async (ctx, { params, body }) => {
        await ctx.db.sql`insert into effects (tenant_id, note) values (${ctx.tenant}, ${params.settlement_id})`
        await emit(ctx, HoldingReleased, {
          data: {
            settlement_id: params.settlement_id,
            leg_id: ctx.newId('settlementLeg'),
            party_id: ctx.newId('party'),
            amount: body.amount,
            transaction_id: ctx.newId('transaction'),
            released_at: ctx.now(),
          },
        })
        const due = { key: params.settlement_id, data: { note: `later ${params.settlement_id}` } }
        await schedule(ctx, { ...due, kind: 'ledger.later', dueAt: addMs(ctx.now(), HOUR_MS) })
        ctx.log.info({ account_number: '4111111111111111', nested: { authorization: 'Bearer x' } }, 'released')
        return { status: 201, body: { greeting: GREETING } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/slow',
      scope: 'holdings:write',
      summary: 'Takes its time',
      tags: [],
      query: strict({ seconds: z.string().regex(/^\d(\.\d+)?$/) }),
      responses: { 200: z.object({ done: z.boolean() }) },
      handler: async (ctx, { query }) => {
        await ctx.db.sql`select pg_sleep(${query.seconds}::float8)`
        return { status: 200, body: { done: true } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/broken',
      scope: 'holdings:write',
      summary: 'Is broken',
      tags: [],
      responses: { 204: null },
      handler: async () => {
        throw new Defect('broken inside')
      },
    }),
  ],
  timers: [
    timer('ledger.later', z.object({ note: z.string() }), async (ctx, { note }) => {
      await ctx.db.sql`insert into effects (tenant_id, note) values (${ctx.tenant}, ${note})`
    }),
    activity('ledger.never', z.object({}), {
      perform: async () => null,
      settle: async () => {},
      backoff: { firstMs: 1, factor: 2, maxMs: 10, maxAttempts: 1 },
    }),
  ],
  verify: async () => [{ name: 'effects are effects', ok: true, findings: [] }],
})

/** Set by a test: events of this settlement are poison. */
export const poison = new Set<string>()

/** Acts on what is released. */
export const tinyPayout = defineService({
  name: 'payout',
  migrations,
  handlers: SUBSCRIPTIONS.payout.map((event) =>
    event.type !== HoldingReleased.type
      ? handle(event, async () => {})
      : handle(HoldingReleased, async (ctx, { data, traceparent }) => {
          if (poison.has(data.settlement_id)) throw new Defect('this one is poison')
          const note = `${data.settlement_id} ${ctx.trace.correlationId} ${traceparent} ${ctx.actor}`
          await ctx.db.sql`insert into effects (tenant_id, note) values (${ctx.tenant}, ${note})`
        }),
  ),
})
