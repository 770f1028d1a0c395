import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { idField, instantInput, invoiceSchema, invoiceStateSchema, positiveMoneyField } from '@draupnir/wire'
import { z } from 'zod'
import { collectInvoice } from '../collection/collect-invoice.ts'
import { collectionResource, resourceOf } from '../collection/collection.resource.ts'
import { listInvoices } from './list-invoices.ts'
import { readInvoice } from './read-invoice.ts'

const invoiceResource = component('Invoice', invoiceSchema)
const invoiceDetail = component('InvoiceDetail', invoiceSchema.extend({ collections: z.array(collectionResource) }))
const cursor = cursorOf(z.tuple([instantInput, idField('invoice')]))

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
  defineRoute({
    method: 'post',
    path: '/v1/invoices/{invoice_id}/collections',
    scope: 'invoices:write',
    summary: "Collects a part of an invoice, or all that is open, from the buyer's wallet",
    tags: ['Invoices'],
    params: strict({ invoice_id: idField('invoice') }),
    body: strict({ amount: positiveMoneyField.optional() }),
    responses: { 201: component('Collection', collectionResource) },
    handler: async (ctx, { params, body }) => {
      const collection = await collectInvoice(ctx, { invoiceId: params.invoice_id, amount: body.amount })
      return { status: 201, body: resourceOf(collection) }
    },
  }),
]
