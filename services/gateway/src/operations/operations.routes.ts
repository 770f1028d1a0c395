import type { Context } from '@draupnir/db'
import { REFUSALS, Refusal, type RefusalCode, refuse } from '@draupnir/errors'
import { component, defineRoute, strict } from '@draupnir/http'
import { SERVICES } from '@draupnir/wire'
import { z } from 'zod'
import { askService } from '../ask-service.ts'
import { PLATFORM_TENANT } from '../tenant/tenant.ts'

const serviceField = z.enum(SERVICES.filter((name) => name !== 'gateway') as [string, ...string[]])
const parkedSchema = z.looseObject({
  id: z.string(),
  consumer: z.string(),
  event_id: z.string(),
  tenant: z.string(),
  type: z.string(),
  aggregate_type: z.string(),
  aggregate_id: z.string(),
  aggregate_seq: z.number(),
  code: z.string(),
  error: z.string(),
  attempts: z.number(),
  parked_at: z.string(),
})
const parkedList = component('ParkedEvents', z.object({ data: z.array(parkedSchema.extend({ service: z.string() })) }))
const drained = component(
  'DrainedEvents',
  z.object({ settled: z.number().int(), remaining: z.number().int(), stopped: z.unknown().optional() }),
)
const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  findings: z.array(z.object({ row: z.string(), detail: z.string() })),
})
const verification = component(
  'Verification',
  z.object({ ok: z.boolean(), services: z.array(z.object({ service: z.string(), checks: z.array(checkSchema) })) }),
)

/** What an operator of the whole system does at 3 a.m.: see what is stuck, put it right, prove that all is well. */
export function operationsRoutes(services: Readonly<Record<string, string>>, secret: string) {
  const names = Object.keys(services).filter((name) => (SERVICES as readonly string[]).includes(name))
  const ask = (ctx: Context, service: string, path: string, body?: unknown) => {
    // Poison and invariants are of the whole system, not of one tenant.
    if (ctx.tenant !== PLATFORM_TENANT) refuse('auth.scope-missing', { scope: 'operations' })
    const baseUrl = services[service] ?? ''
    const method = body === undefined ? ('GET' as const) : ('POST' as const)
    return askService({
      service,
      baseUrl,
      secret,
      path,
      method,
      body,
      actor: ctx.actor,
      requestId: ctx.trace.correlationId,
    })
  }
  const resolve = async (ctx: Context, service: string, path: string, body: object) => {
    const answer = await ask(ctx, service, path, body)
    if (answer.status >= 400) throw refusalOf(answer.body)
    return { status: 200 as const, body: drained.parse(answer.body) }
  }
  const params = strict({ service: serviceField, parked_id: z.string().regex(/^prk_[0-9a-z]{26}$/) })
  return [
    defineRoute({
      method: 'get',
      path: '/v1/operations/parked-events',
      scope: 'operations:read',
      summary: 'Lists the events that no consumer could apply, by service',
      tags: ['Operations'],
      responses: { 200: parkedList },
      handler: async (ctx) => {
        const lists = await Promise.all(
          names.map(async (service) => ({ service, answer: await ask(ctx, service, '/internal/parked-events') })),
        )
        const data = lists.flatMap(({ service, answer }) =>
          z
            .object({ data: z.array(parkedSchema) })
            .parse(answer.body)
            .data.map((row) => ({ ...row, service })),
        )
        return { status: 200, body: { data } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/operations/{service}/parked-events/{parked_id}/replay',
      scope: 'operations:write',
      summary: 'Applies a parked event again, and in order what waits behind it',
      tags: ['Operations'],
      params,
      body: strict({ accept_gap: z.boolean().default(false) }),
      idempotency: 'none',
      responses: { 200: drained },
      handler: (ctx, { params: { service, parked_id }, body }) =>
        resolve(ctx, service, `/internal/parked-events/${parked_id}/replay`, body),
    }),
    defineRoute({
      method: 'post',
      path: '/v1/operations/{service}/parked-events/{parked_id}/skip',
      scope: 'operations:write',
      summary: 'Leaves a parked event without effect, and applies in order what waits behind it',
      tags: ['Operations'],
      params,
      idempotency: 'none',
      responses: { 200: drained },
      handler: (ctx, { params: { service, parked_id } }) =>
        resolve(ctx, service, `/internal/parked-events/${parked_id}/skip`, {}),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/operations/verify',
      scope: 'operations:read',
      summary: 'Checks every invariant of every service and names the rows that break one',
      tags: ['Operations'],
      responses: { 200: verification },
      handler: async (ctx) => {
        const reports = await Promise.all(
          names.map(async (service) => {
            const answer = await ask(ctx, service, '/internal/verify')
            return { service, checks: z.object({ checks: z.array(checkSchema) }).parse(answer.body).checks }
          }),
        )
        return {
          status: 200,
          body: { ok: reports.every(({ checks }) => checks.every((check) => check.ok)), services: reports },
        }
      },
    }),
  ]
}

// A service's problem carries the code of the one table; anything else is our mistake.
function refusalOf(problem: unknown): Error {
  const parsed = z.object({ code: z.string(), detail: z.string() }).safeParse(problem)
  const code = parsed.data?.code ?? ''
  if (parsed.success && Object.hasOwn(REFUSALS, code)) return new Refusal(code as RefusalCode, {}, parsed.data.detail)
  return new Error(`a service answered ${JSON.stringify(problem)}`)
}
