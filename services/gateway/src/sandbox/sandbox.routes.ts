import { refuse } from '@draupnir/errors'
import { component, defineRoute, strict } from '@draupnir/http'
import { addDuration, duration } from '@draupnir/time'
import { instantField, instantInput } from '@draupnir/wire'
import { z } from 'zod'
import { answered } from '../ask-service.ts'
import { type AdvanceTools, advance } from './advance.ts'
import { PROVIDERS, type Provider, sandboxName } from './providers.ts'

const clockResource = component('SandboxClock', z.object({ now: instantField, steps: z.number().int().optional() }))
const providerParams = strict({ provider: z.enum(PROVIDERS) })
const faultBody = strict({
  match: strict({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
    path_prefix: z
      .string()
      .max(200)
      .regex(/^\/[!-~]*$/)
      .optional(),
    event_type: z
      .string()
      .max(100)
      .regex(/^[!-~]+$/)
      .optional(),
    step: z
      .string()
      .max(100)
      .regex(/^[!-~]+$/)
      .optional(),
  }),
  effect: z.enum([
    'delay',
    'error',
    'timeout_before',
    'timeout_after',
    'webhook_duplicate',
    'webhook_reorder',
    'webhook_drop',
    'step_failure',
  ]),
  status: z.number().int().min(400).max(599).optional(),
  delay_ms: z.number().int().min(0).max(60_000).optional(),
  remaining: z.number().int().min(1).max(1_000_000).optional(),
})
const faultResource = component('SandboxFault', z.looseObject({ id: z.unknown() }))
const SCOPE = 'sandbox:write'
const TAGS = ['Sandbox']

/** The test clock, the fault switches of the provider sandboxes and what the other bank does; there are none in production. */
export function sandboxRoutes(tools: AdvanceTools) {
  return [...clockRoutes(tools), ...faultRoutes(tools), ...bankRoutes(tools)]
}

function clockRoutes(tools: AdvanceTools) {
  return [
    defineRoute({
      method: 'get',
      path: '/sandbox/clock',
      scope: SCOPE,
      summary: 'Tells the time of the sandbox',
      tags: TAGS,
      responses: { 200: clockResource },
      handler: async () => ({ status: 200, body: { now: await tools.clock.read() } }),
    }),
    defineRoute({
      method: 'post',
      path: '/sandbox/clock/advance',
      scope: SCOPE,
      summary: 'Moves time through everything that is due, and answers when all is quiet',
      description: 'Takes `to`, or `by` as an ISO 8601 duration; `by: "PT0S"` only waits until all is quiet.',
      tags: TAGS,
      body: strict({ to: instantInput.optional(), by: z.string().max(40).optional() }),
      idempotency: 'none',
      responses: { 200: clockResource },
      handler: async (_ctx, { body: { to, by } }) => {
        if ((to === undefined) === (by === undefined)) refuse('request.invalid', {}, 'Give either `to` or `by`')
        const target = to ?? addDuration(await tools.clock.read(), duration(by ?? 'PT0S'))
        return { status: 200, body: await advance(tools, target) }
      },
    }),
  ]
}

function faultRoutes(tools: AdvanceTools) {
  return [
    defineRoute({
      method: 'post',
      path: '/sandbox/providers/{provider}/faults',
      scope: SCOPE,
      summary: 'Makes a provider sandbox misbehave',
      tags: TAGS,
      params: providerParams,
      body: faultBody,
      idempotency: 'none',
      responses: { 201: faultResource },
      handler: async (_ctx, { params, body }) => ({
        status: 201,
        body: faultResource.parse(await control(tools, params.provider, 'POST', '/_sandbox/faults', body)),
      }),
    }),
    defineRoute({
      method: 'delete',
      path: '/sandbox/providers/{provider}/faults',
      scope: SCOPE,
      summary: 'Makes a provider sandbox behave again',
      tags: TAGS,
      params: providerParams,
      responses: { 204: null },
      handler: async (_ctx, { params }) => {
        await control(tools, params.provider, 'DELETE', '/_sandbox/faults')
        return { status: 204 }
      },
    }),
  ]
}

function bankRoutes(tools: AdvanceTools) {
  return [
    defineRoute({
      method: 'post',
      path: '/sandbox/payment-orders/{payment_order_id}/return',
      scope: SCOPE,
      summary: 'Lets the other bank send an executed payment order back',
      tags: TAGS,
      params: strict({ payment_order_id: z.uuid() }),
      body: strict({ code: z.string().regex(/^R\d\d$/) }),
      idempotency: 'none',
      responses: { 204: null },
      handler: async (_ctx, { params, body }) => {
        const path = `/_sandbox/payment_orders/${params.payment_order_id}/return`
        await control(tools, 'modern-treasury', 'POST', path, body)
        return { status: 204 }
      },
    }),
  ]
}

async function control(
  tools: AdvanceTools,
  provider: Provider,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const baseUrl = tools.services[sandboxName(provider)]
  if (baseUrl === undefined) refuse('request.not-found', { provider })
  const { answer, text } = await answered(sandboxName(provider), async () => {
    const answer = await fetch(baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${tools.controlSecret}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    })
    return { answer, text: await answer.text() }
  })
  if (!answer.ok) refuse('request.invalid', { provider, answer: text.slice(0, 300) })
  return text === '' ? null : JSON.parse(text)
}
