import { fileURLToPath } from 'node:url'
import { activity, schedule, timer } from '@draupnir/clock'
import { Defect } from '@draupnir/errors'
import { defineRoute, strict } from '@draupnir/http'
import { emit, handle } from '@draupnir/outbox'
import { addMs, HOUR_MS } from '@draupnir/time'
import { idField, moneyField, PayoutReserved, SUBSCRIPTIONS } from '@draupnir/wire'
import { z } from 'zod'
import { defineService } from '../../src/index.ts'

const migrations = fileURLToPath(new URL('./migrations', import.meta.url))

/** Reserves payouts: a route that writes, emits and schedules. */
export const tinyLedger = defineService({
  name: 'ledger',
  migrations,
  config: z.object({ GREETING: z.string().min(3) }),
  handlers: SUBSCRIPTIONS.ledger.map((event) => handle(event, async () => {})),
  routes: ({ config: { GREETING } }) => [
    defineRoute({
      method: 'post',
      path: '/v1/payouts/{payout_id}/reserve',
      scope: 'payouts:write',
      summary: 'Reserves a payout',
      tags: ['Payouts'],
      params: strict({ payout_id: idField('payout') }),
      body: strict({ amount: moneyField }),
      responses: { 201: z.object({ greeting: z.string() }) },
      handler: async (ctx, { params, body }) => {
        await ctx.db.sql`insert into effects (tenant_id, note) values (${ctx.tenant}, ${params.payout_id})`
        await emit(ctx, PayoutReserved, {
          data: {
            payout_id: params.payout_id,
            party_id: ctx.newId('party'),
            amount: body.amount,
            transaction_id: ctx.newId('transaction'),
          },
        })
        const due = { key: params.payout_id, data: { note: `later ${params.payout_id}` } }
        await schedule(ctx, { ...due, kind: 'ledger.later', dueAt: addMs(ctx.now(), HOUR_MS) })
        ctx.log.info({ account_number: '4111111111111111', nested: { authorization: 'Bearer x' } }, 'reserved')
        return { status: 201, body: { greeting: GREETING } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/slow',
      scope: 'payouts:write',
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
      scope: 'payouts:write',
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

/** Set by a test: events of this payout are poison. */
export const poison = new Set<string>()

/** Acts on what is reserved. */
export const tinyPayout = defineService({
  name: 'payout',
  migrations,
  handlers: SUBSCRIPTIONS.payout.map((event) =>
    event.type !== PayoutReserved.type
      ? handle(event, async () => {})
      : handle(PayoutReserved, async (ctx, { data, traceparent }) => {
          if (poison.has(data.payout_id)) throw new Defect('this one is poison')
          const note = `${data.payout_id} ${ctx.trace.correlationId} ${traceparent} ${ctx.actor}`
          await ctx.db.sql`insert into effects (tenant_id, note) values (${ctx.tenant}, ${note})`
        }),
  ),
})
