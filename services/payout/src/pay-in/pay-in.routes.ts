import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { idField, instantField, instantInput, payInSchema, positiveMoneyField } from '@draupnir/wire'
import { z } from 'zod'
import { createPayIn } from './create-pay-in.ts'
import { listPayIns, readPayIn } from './read-pay-in.ts'

const payInResource = component(
  'PayIn',
  payInSchema.extend({
    returned: z
      .object({
        at: instantField,
        reason: z.string(),
        code: z.string(),
        reversed_by: idField('transaction').nullable().describe('The transaction by which the ledger took it back'),
      })
      .nullable()
      .describe('Set when the bank of the payer took a cleared pay-in back'),
  }),
)
const cursor = cursorOf(z.tuple([instantInput, idField('payIn')]))

export const payInRoutes = [
  defineRoute({
    method: 'post',
    path: '/v1/pay-ins',
    scope: 'pay-ins:write',
    summary: 'Pulls money from a bank account into the wallet of its party, by ACH debit',
    tags: ['Pay-ins'],
    body: strict({ party_id: idField('party'), bank_account_id: idField('bankAccount'), amount: positiveMoneyField }),
    responses: { 201: payInResource },
    handler: async (ctx, { body }) => ({
      status: 201,
      body: await createPayIn(ctx, {
        partyId: body.party_id,
        bankAccountId: body.bank_account_id,
        amount: body.amount,
      }),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/pay-ins',
    scope: 'pay-ins:read',
    summary: 'Lists pay-ins, newest first',
    tags: ['Pay-ins'],
    query: strict({ ...pageQuery, party_id: idField('party').optional() }),
    responses: { 200: listOf(payInResource) },
    handler: async (ctx, { query }) => {
      const rows = await listPayIns(ctx, query.party_id, cursor.decode(query.cursor), query.limit + 1)
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
    path: '/v1/pay-ins/{pay_in_id}',
    scope: 'pay-ins:read',
    summary: 'Shows a pay-in',
    tags: ['Pay-ins'],
    params: strict({ pay_in_id: idField('payIn') }),
    responses: { 200: payInResource },
    handler: async (ctx, { params: { pay_in_id } }) => {
      return { status: 200, body: await readPayIn(ctx, pay_in_id) }
    },
  }),
]
