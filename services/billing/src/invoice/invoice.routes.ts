import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { idField, instantField, invoiceSchema, invoiceStateSchema, moneyField } from '@draupnir/wire'
import { z } from 'zod'
import { listInvoices } from './list-invoices.ts'
import { readInvoice } from './read-invoice.ts'

const collectionResource = z.object({
  id: idField('collection'),
  attempt: z.number().int(),
  state: z.enum(['requested', 'committed', 'refused']),
  amount: moneyField,
  refusal: z.object({ code: z.string(), available: z.string() }).nullable(),
  requested_at: instantField,
  answered_at: instantField.nullable(),
})
const invoiceResource = component('Invoice', invoiceSchema)
const invoiceDetail = component('InvoiceDetail', invoiceSchema.extend({ collections: z.array(collectionResource) }))
const cursor = cursorOf(z.tuple([instantField, idField('invoice')]))

export const invoiceRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/invoices',
    scope: 'invoices:read',
    summary: 'Lists invoices, newest first',
    tags: ['Invoices'],
    query: strict({
      ...pageQuery,
      contract_id: idField('contract').optional(),
      buyer_id: idField('party').optional(),
      state: invoiceStateSchema.optional(),
    }),
    responses: { 200: listOf(invoiceResource) },
    handler: async (ctx, { query }) => {
      const filter = { contractId: query.contract_id, buyerId: query.buyer_id, state: query.state }
      const rows = await listInvoices(ctx, filter, cursor.decode(query.cursor), query.limit + 1)
      return {
        status: 200,
        body: page(
          rows,
          query.limit,
          (row) => row,
          (row) => cursor.encode([row.issued_at, row.id]),
        ),
      }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/invoices/{invoice_id}',
    scope: 'invoices:read',
    summary: 'Shows an invoice with the attempts to collect it',
    tags: ['Invoices'],
    params: strict({ invoice_id: idField('invoice') }),
    responses: { 200: invoiceDetail },
    handler: async (ctx, { params: { invoice_id } }) => ({ status: 200, body: await readInvoice(ctx, invoice_id) }),
  }),
]
