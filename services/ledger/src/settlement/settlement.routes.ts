import { cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { idField, SETTLEMENT_STATES } from '@draupnir/wire'
import { z } from 'zod'
import { listSettlements, readSettlement } from './read-settlement.ts'
import { resourceOf, resourcesOf, settlementResource } from './settlement.resource.ts'

const cursor = cursorOf(z.tuple([idField('settlement')]))

export const settlementRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/settlements',
    scope: 'ledger:read',
    summary: 'Lists settlements with their legs, newest first',
    tags: ['Settlements'],
    query: strict({
      ...pageQuery,
      invoice_id: idField('invoice').optional(),
      contract_id: idField('contract').optional(),
      buyer_id: idField('party').optional(),
      seller_id: idField('party').optional(),
      state: z.enum(SETTLEMENT_STATES).optional(),
    }),
    responses: { 200: listOf(settlementResource) },
    handler: async (ctx, { query }) => {
      const [before = null] = cursor.decode(query.cursor) ?? []
      const rows = await listSettlements(ctx, {
        invoiceId: query.invoice_id,
        contractId: query.contract_id,
        buyerId: query.buyer_id,
        sellerId: query.seller_id,
        state: query.state,
        before,
        limit: query.limit + 1,
      })
      const body = page(
        await resourcesOf(ctx, rows),
        query.limit,
        (row) => row,
        (last) => cursor.encode([last.id]),
      )
      return { status: 200, body }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/settlements/{settlement_id}',
    scope: 'ledger:read',
    summary:
      'Shows one settlement: its payments, and each leg with its state, amount, due time and what was taken back',
    tags: ['Settlements'],
    params: strict({ settlement_id: idField('settlement') }),
    responses: { 200: settlementResource },
    handler: async (ctx, { params }) => ({
      status: 200,
      body: await resourceOf(ctx, await readSettlement(ctx, params.settlement_id)),
    }),
  }),
]
