import { component, defineRoute, strict } from '@draupnir/http'
import { fromWire, toWire } from '@draupnir/money'
import { WEEKDAYS } from '@draupnir/time'
import { cashOutScheduleSchema, idField, instantField, positiveMoneyField } from '@draupnir/wire'
import { z } from 'zod'
import type { CashOutPolicy, Schedule } from './cash-out-policy.ts'
import { readCashOutPolicy, setCashOutPolicy } from './set-cash-out-policy.ts'

const tags = ['Cash-outs']
const ofParty = strict({ party_id: idField('party') })
const timeField = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const weekdayField = z.enum(WEEKDAYS)
/** An IANA name; whether there is such a zone is for the verb to say. */
const zoneField = z.string().min(1).max(64)
const minimum = positiveMoneyField.nullable().default(null)
const clock = { at: timeField, time_zone: zoneField.default('UTC'), minimum }

const policyBody = z.discriminatedUnion('schedule', [
  strict({ schedule: z.enum(['on_release', 'on_request']), minimum }),
  strict({ schedule: z.literal('daily'), ...clock }),
  strict({ schedule: z.literal('weekly'), weekday: weekdayField, ...clock }),
  strict({ schedule: z.literal('threshold'), threshold: positiveMoneyField, minimum }),
])

const policyResource = component(
  'CashOutPolicy',
  z.object({
    party_id: idField('party'),
    schedule: cashOutScheduleSchema,
    weekday: weekdayField.nullable(),
    at: timeField.nullable(),
    time_zone: z.string().nullable(),
    threshold: positiveMoneyField.nullable(),
    /** Less than this waits, and cannot be asked for. */
    minimum: positiveMoneyField.nullable(),
    /** When the clock of the schedule comes round; null while there is nothing to cash out. */
    next_due_at: instantField.nullable(),
    /** After a cash-out that did not arrive nothing follows by schedule, until the policy is set or a bank account comes. */
    paused: z.object({ since: instantField, cash_out_id: idField('cashOut'), reason: z.string() }).nullable(),
    /** Null for the default, which nobody set. */
    set_by: z.string().nullable(),
    set_at: instantField.nullable(),
  }),
)

export const cashOutPolicyRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/parties/{party_id}/cash-out-policy',
    scope: 'ledger:read',
    summary: 'Shows when the earnings of a party are cashed out',
    tags,
    params: ofParty,
    responses: { 200: policyResource },
    handler: async (ctx, { params }) => ({
      status: 200,
      body: wirePolicy(await readCashOutPolicy(ctx, params.party_id)),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/parties/{party_id}/cash-out-policy',
    scope: 'ledger:write',
    summary: 'Says when the earnings of a party are cashed out, from now on, and ends a pause',
    tags,
    params: ofParty,
    body: policyBody,
    responses: { 200: policyResource },
    handler: async (ctx, { params, body }) => {
      const lowest = body.minimum === null ? null : fromWire(body.minimum)
      const input = { partyId: params.party_id, schedule: scheduleOf(body), minimum: lowest }
      return { status: 200, body: wirePolicy(await setCashOutPolicy(ctx, input)) }
    },
  }),
]

function scheduleOf(body: z.output<typeof policyBody>): Schedule {
  switch (body.schedule) {
    case 'daily':
      return { kind: body.schedule, at: { time: body.at, zone: body.time_zone, weekday: null } }
    case 'weekly':
      return { kind: body.schedule, at: { time: body.at, zone: body.time_zone, weekday: body.weekday } }
    case 'threshold':
      return { kind: body.schedule, threshold: fromWire(body.threshold) }
    default:
      return { kind: body.schedule }
  }
}

function wirePolicy({ partyId, schedule, minimum, set, pause, dueAt }: CashOutPolicy) {
  const at = 'at' in schedule ? schedule.at : null
  return {
    party_id: partyId,
    schedule: schedule.kind,
    weekday: at?.weekday ?? null,
    at: at?.time ?? null,
    time_zone: at?.zone ?? null,
    threshold: 'threshold' in schedule ? toWire(schedule.threshold) : null,
    minimum: minimum === null ? null : toWire(minimum),
    next_due_at: dueAt,
    paused: pause === null ? null : { since: pause.since, cash_out_id: pause.cashOutId, reason: pause.reason },
    set_by: set?.by ?? null,
    set_at: set?.at ?? null,
  }
}
