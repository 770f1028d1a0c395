import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { idField, instantInput, payoutSchema } from '@draupnir/wire'
import { z } from 'zod'
import { listPayouts, readPayout } from './read-payout.ts'

const payoutResource = component('Payout', payoutSchema)
const cursor = cursorOf(z.tuple([instantInput, idField('payout')]))

export const payoutRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/payouts',
    scope: 'payouts:read',
    summary: 'Lists payouts, newest first',
    tags: ['Payouts'],
    query: strict({ ...pageQuery, party_id: idField('party').optional() }),
    responses: { 200: listOf(payoutResource) },
    handler: async (ctx, { query }) => {
      const rows = await listPayouts(ctx, query.party_id, cursor.decode(query.cursor), query.limit + 1)
      return {
        status: 200,
        body: page(
          rows,
          query.limit,
          (row) => row,
          (row) => cursor.encode([row.created_at, row.id]),
        ),
      }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/payouts/{payout_id}',
    scope: 'payouts:read',
    summary: 'Shows a payout and the settlement legs it comes from',
    tags: ['Payouts'],
    params: strict({ payout_id: idField('payout') }),
    responses: { 200: payoutResource },
    handler: async (ctx, { params: { payout_id } }) => {
      return { status: 200, body: await readPayout(ctx, payout_id) }
    },
  }),
]
