import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { money, toWire } from '@draupnir/money'
import { idField, instantField, instantInput, moneyField, textField } from '@draupnir/wire'
import { z } from 'zod'
import { FUNDINGS, RISK_TIERS } from '../seasoning/seasoning.ts'
import { listTranches, overrideMaturity } from './override-maturity.ts'
import { resourceOf, settlementResource } from './settlement.resource.ts'

const tags = ['Settlements']
const cursor = cursorOf(z.tuple([instantInput, idField('settlementLeg')]))
const tranche = component(
  'Tranche',
  z.object({
    settlement_id: idField('settlement'),
    leg_id: idField('settlementLeg'),
    amount: moneyField,
    due_at: instantField,
    /** What set the maturity at first. */
    rail: z.enum(FUNDINGS),
    risk_tier: z.enum(RISK_TIERS),
    policy_version: z.number().int().positive(),
    /** Who set another maturity than the policy's last, and why. */
    overridden_by: z.string().nullable(),
    override_reason: z.string().nullable(),
  }),
)

export const trancheRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/parties/{party_id}/holdings',
    scope: 'ledger:read',
    summary: 'Lists what of a party is still seasoning, the next to mature first',
    tags,
    params: strict({ party_id: idField('party') }),
    query: strict({ ...pageQuery, due_before: instantInput.optional() }),
    responses: { 200: listOf(tranche) },
    handler: async (ctx, { params, query }) => {
      const filter = { partyId: params.party_id, dueBefore: query.due_before ?? null, limit: query.limit + 1 }
      const rows = await listTranches(ctx, { ...filter, after: cursor.decode(query.cursor) })
      const body = page(
        rows,
        query.limit,
        ({ id, amount, currency, ...rest }) => ({ ...rest, leg_id: id, amount: toWire(money(amount, currency)) }),
        (last) => cursor.encode([last.due_at, last.id]),
      )
      return { status: 200, body }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/settlements/{settlement_id}/legs/{leg_id}/maturity',
    scope: 'ledger:write',
    summary: 'Lets a seasoning leg mature at another time, with a reason',
    tags,
    params: strict({ settlement_id: idField('settlement'), leg_id: idField('settlementLeg') }),
    body: strict({ due_at: instantInput, reason: textField(500) }),
    responses: { 200: settlementResource },
    handler: async (ctx, { params, body }) => {
      const { settlement_id: settlementId, leg_id: legId } = params
      const settlement = await overrideMaturity(ctx, { settlementId, legId, dueAt: body.due_at, reason: body.reason })
      return { status: 200, body: await resourceOf(ctx, settlement) }
    },
  }),
]
