import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { fromWire } from '@draupnir/money'
import { cashOutSchema, currencyField, idField, positiveMoneyField } from '@draupnir/wire'
import { z } from 'zod'
import { wireCashOut } from './cash-out.wire.ts'
import { listCashOuts, readCashOut } from './read-cash-out.ts'
import { requestCashOut } from './request-cash-out.ts'

const tags = ['Cash-outs']
const cashOutResource = component('CashOut', cashOutSchema)
const cursor = cursorOf(z.tuple([idField('cashOut')]))
const ofParty = strict({ party_id: idField('party') })

export const cashOutRoutes = [
  defineRoute({
    method: 'post',
    path: '/v1/parties/{party_id}/cash-outs',
    scope: 'ledger:write',
    summary: 'Cashes out an amount, or everything that is free; under whatever policy, also while it is paused',
    tags,
    params: ofParty,
    body: strict({ amount: positiveMoneyField.optional(), currency: currencyField.optional() }).refine(
      ({ amount, currency }) => amount === undefined || currency === undefined || amount.currency === currency,
      'the currency is the amount’s',
    ),
    responses: { 201: cashOutResource },
    handler: async (ctx, { params, body }) => {
      const amount = body.amount === undefined ? null : fromWire(body.amount)
      const currency = amount?.currency ?? body.currency ?? 'USD'
      return {
        status: 201,
        body: wireCashOut(await requestCashOut(ctx, { partyId: params.party_id, amount, currency })),
      }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/parties/{party_id}/cash-outs',
    scope: 'ledger:read',
    summary: 'Lists the cash-outs of a party, newest first',
    tags,
    params: ofParty,
    query: strict({ ...pageQuery, state: cashOutSchema.shape.state.optional() }),
    responses: { 200: listOf(cashOutResource) },
    handler: async (ctx, { params, query }) => {
      const [before = null] = cursor.decode(query.cursor) ?? []
      const filter = { partyId: params.party_id, state: query.state, before, limit: query.limit + 1 }
      const rows = await listCashOuts(ctx, filter)
      return { status: 200, body: page(rows, query.limit, wireCashOut, (last) => cursor.encode([last.id])) }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/cash-outs/{cash_out_id}',
    scope: 'ledger:read',
    summary: 'Shows a cash-out: the settlement legs it takes, and how far its payout has come',
    tags,
    params: strict({ cash_out_id: idField('cashOut') }),
    responses: { 200: cashOutResource },
    handler: async (ctx, { params }) => ({
      status: 200,
      body: wireCashOut(await readCashOut(ctx, params.cash_out_id)),
    }),
  }),
]
