import * as om from '@openmeter/sdk/zod'
import { Hono } from 'hono'
import { parsePage } from '../shared/page.ts'
import { parseInput, parseQuery } from '../shared/parse.ts'
import { notFound } from '../shared/problem.ts'
import { noContent, type Routing, readJson, search } from '../shared/route.ts'
import { isUlid } from '../shared/ulid.ts'
import type { Unit } from '../shared/unit.ts'
import {
  advanceOnRequest,
  approveInvoice,
  type DraftSync,
  deleteInvoice,
  draftSynchronized,
  type IssuingSync,
  issuingSynchronized,
  retryInvoice,
  snapshotQuantities,
  updatePaymentStatus,
} from './act-on-invoice.ts'
import { collectOnRequest, type PendingRequest } from './collect.ts'
import { type InvoiceUpdate, updateInvoice } from './edit-invoice.ts'
import { getInvoice } from './invoice.store.ts'
import type { Invoice } from './invoice.ts'
import { findInvoiceIds, type InvoiceFilter } from './list-invoices.ts'
import { createPendingLines, type PendingLinesInput } from './pending-lines.ts'
import { showInvoice } from './show-invoice.ts'
import type { Trigger } from './state.ts'

const ROOT = '/api/v1/billing/invoices'
const LIST_ARRAYS = ['statuses', 'extendedStatuses', 'customers', 'expand']
const ACTIONS: Readonly<Record<string, (unit: Unit, id: string) => Promise<Invoice>>> = {
  advance: advanceOnRequest,
  approve: approveInvoice,
  retry: retryInvoice,
  'snapshot-quantities': snapshotQuantities,
}

export function invoiceRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  app.get(ROOT, async (c) => {
    const filter = parseQuery<InvoiceFilter>(om.ListInvoicesQueryParams, search(c), LIST_ARRAYS)
    const page = parsePage(search(c))
    const expand = {
      lines: filter.expand?.includes('lines') ?? false,
      apps: filter.expand?.includes('workflow.apps') ?? false,
    }
    return unit(async (u) => {
      const { ids, totalCount } = await findInvoiceIds(u.sql, filter, page)
      const items = []
      for (const id of ids) items.push(await showInvoice(u, await getInvoice(u.sql, id), expand))
      return c.json({ totalCount, ...page, items })
    })
  })
  app.post(`${ROOT}/invoice`, async (c) => {
    const request = parseInput<PendingRequest>(om.InvoicePendingLinesActionBody, await readJson(c))
    return unit(async (u) => {
      const created = await collectOnRequest(u, request)
      return c.json(await Promise.all(created.map((invoice) => full(u, invoice))), 201)
    })
  })
  app.get(`${ROOT}/:id`, async (c) => {
    const expand = search(c).getAll('expand')
    const lines = expand.length === 0 || expand.includes('lines')
    return unit(async (u) => {
      const invoice = await getInvoice(u.sql, c.req.param('id'))
      return c.json(await showInvoice(u, invoice, { lines, apps: expand.includes('workflow.apps') }))
    })
  })
  app.put(`${ROOT}/:id`, async (c) => {
    const update = parseInput<InvoiceUpdate>(om.UpdateInvoiceBody, await readJson(c))
    return unit(async (u) => c.json(await full(u, await updateInvoice(u, c.req.param('id'), update))))
  })
  app.delete(`${ROOT}/:id`, async (c) => {
    await unit((u) => deleteInvoice(u, c.req.param('id')))
    return noContent()
  })
  // Never implemented in the original either: 501 without a body.
  app.post(`${ROOT}/:id/void`, () => new Response(null, { status: 501 }))
  app.post(`${ROOT}/:id/taxes/recalculate`, () => new Response(null, { status: 501 }))
  app.post(`${ROOT}/:id/:action`, async (c) => {
    const act = ACTIONS[c.req.param('action')]
    if (!act) throw notFound('action', c.req.param('action'))
    return unit(async (u) => c.json(await full(u, await act(u, c.req.param('id')))))
  })
  app.post('/api/v1/billing/customers/:id/invoices/pending-lines', async (c) => {
    const input = parseInput<PendingLinesInput>(om.CreatePendingInvoiceLineBody, await readJson(c))
    if (!isUlid(c.req.param('id'))) throw notFound('customer', c.req.param('id'))
    return unit(async (u) => c.json(await createPendingLines(u, c.req.param('id'), input), 201))
  })
  return app
}

/** The specification says 204; the server answers 200 with the invoice. */
export function customInvoicingRoutes({ unit }: Routing): Hono {
  const app = new Hono()
  const root = '/api/v1/apps/custom-invoicing/:id'
  app.post(`${root}/draft/synchronized`, async (c) => {
    const input = parseInput<DraftSync>(om.AppCustomInvoicingDraftSynchronizedBody, await readJson(c))
    return unit(async (u) => c.json(await full(u, await draftSynchronized(u, c.req.param('id'), input))))
  })
  app.post(`${root}/issuing/synchronized`, async (c) => {
    const input = parseInput<IssuingSync>(om.AppCustomInvoicingIssuingSynchronizedBody, await readJson(c))
    return unit(async (u) => c.json(await full(u, await issuingSynchronized(u, c.req.param('id'), input))))
  })
  app.post(`${root}/payment/status`, async (c) => {
    const body = om.AppCustomInvoicingUpdatePaymentStatusBody
    const { trigger } = parseInput<{ trigger: Trigger }>(body, await readJson(c))
    return unit(async (u) => c.json(await full(u, await updatePaymentStatus(u, c.req.param('id'), trigger))))
  })
  return app
}

const full = (unit: Unit, invoice: Invoice) => showInvoice(unit, invoice, { lines: true, apps: false })
