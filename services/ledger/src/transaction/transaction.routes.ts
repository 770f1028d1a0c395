import { cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { accountRefSchema, idField, instantInput } from '@draupnir/wire'
import { z } from 'zod'
import { parseAccount } from '../account/account.ts'
import { listTransactions, readTransaction } from './read-transaction.ts'
import { resourceOf, transactionResource } from './transaction.resource.ts'

const name = z.string().min(1).max(200)
const cursor = cursorOf(z.tuple([instantInput, idField('transaction')]))

export const transactionRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/ledger/transactions',
    scope: 'ledger:read',
    summary: 'Lists transactions, newest first',
    tags: ['Ledger'],
    query: strict({
      ...pageQuery,
      account: accountRefSchema.optional(),
      party_id: idField('party').optional(),
      cause: name.optional(),
      reference: name.optional(),
      settlement_id: idField('settlement').optional(),
    }),
    responses: { 200: listOf(transactionResource) },
    handler: async (ctx, { query }) => {
      const { limit, party_id: party, cause, reference, settlement_id: settlement } = query
      const account = query.account === undefined ? undefined : parseAccount(query.account)
      if (account === null) return { status: 200, body: { data: [], next_cursor: null } }
      const before = cursor.decode(query.cursor) ?? null
      const filter = { account: account?.ref, party, cause, reference, settlement, before, limit: limit + 1 }
      const rows = await listTransactions(ctx, filter)
      return { status: 200, body: page(rows, limit, resourceOf, (last) => cursor.encode([last.bookedAt, last.id])) }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/ledger/transactions/{transaction_id}',
    scope: 'ledger:read',
    summary: 'Shows one transaction with its postings',
    tags: ['Ledger'],
    params: strict({ transaction_id: idField('transaction') }),
    responses: { 200: transactionResource },
    handler: async (ctx, { params }) => ({
      status: 200,
      body: resourceOf(await readTransaction(ctx, params.transaction_id)),
    }),
  }),
]
