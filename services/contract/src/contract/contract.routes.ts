import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { cursorOf, defineRoute, etagOf, listOf, page, pageQuery, refuseInvalid, strict } from '@draupnir/http'
import { addMs, type Instant, MINUTE_MS } from '@draupnir/time'
import { idField, instantInput, lifecycleSchema } from '@draupnir/wire'
import { z } from 'zod'
import { contractResource, diffResource, editResource, timelineResource } from './contract.schemas.ts'
import { ofContract as params } from './edit.reply.ts'
import { listContracts, readContract } from './read-contract.ts'
import { diffKnowledge, listEdits } from './read-history.ts'
import { readTimeline } from './read-timeline.ts'

const read = { method: 'get', scope: 'contracts:read', tags: ['Contracts'] } as const
const contractCursor = cursorOf(idField('contract'))
const timelineCursor = cursorOf(instantInput)
const editCursor = cursorOf(z.int32().positive())

export const contractRoutes = [
  defineRoute({
    ...read,
    path: '/v1/contracts',
    summary: 'List contracts, newest first',
    query: strict({ ...pageQuery, buyer_id: idField('party').optional(), lifecycle: lifecycleSchema.optional() }),
    responses: { 200: listOf(contractResource) },
    handler: async (ctx, { query }) => {
      const before = contractCursor.decode(query.cursor)
      const filter = { buyerId: query.buyer_id ?? null, lifecycle: query.lifecycle ?? null, before }
      const rows = await listContracts(ctx, filter, query.limit + 1)
      return {
        status: 200,
        body: page(
          rows,
          query.limit,
          (row) => row,
          (row) => contractCursor.encode(row.id),
        ),
      }
    },
  }),
  defineRoute({
    ...read,
    path: '/v1/contracts/{contract_id}',
    summary: 'Read a contract as it is, or as it held at `as_of` with what was known at `known_at`',
    params,
    query: strict({ as_of: instantInput.optional(), known_at: instantInput.optional() }),
    responses: { 200: contractResource },
    handler: async (ctx, { params, query }) => {
      const viewpoint = { asOf: query.as_of ?? null, knownAt: learned(ctx, query.known_at ?? null) }
      const body = await readContract(ctx, params.contract_id, viewpoint)
      return { status: 200, body, headers: { etag: etagOf(body.version) } }
    },
  }),
  defineRoute({
    ...read,
    path: '/v1/contracts/{contract_id}/edits',
    summary: 'Read the edit log of a contract, oldest first',
    params,
    query: strict({ ...pageQuery }),
    responses: { 200: listOf(editResource) },
    handler: async (ctx, { params, query }) => {
      const after = editCursor.decode(query.cursor) ?? 0
      const rows = await listEdits(ctx, params.contract_id, after, query.limit + 1)
      const toResource = (edit: (typeof rows)[number]) => ({ ...edit, payload: { ...edit.payload } })
      return { status: 200, body: page(rows, query.limit, toResource, (row) => editCursor.encode(row.seq)) }
    },
  }),
  defineRoute({
    ...read,
    path: '/v1/contracts/{contract_id}/timeline',
    summary: 'Read lines, prices and statuses of a contract as intervals over a window of time, oldest first',
    params,
    query: strict({
      ...pageQuery,
      known_at: instantInput.optional(),
      from: instantInput.optional(),
      to: instantInput.optional(),
    }),
    responses: { 200: timelineResource },
    handler: async (ctx, { params, query }) => {
      if (query.from !== undefined && query.to !== undefined && query.to < query.from)
        refuseInvalid([{ path: 'query.to', message: 'is before from' }])
      const from = timelineCursor.decode(query.cursor) ?? query.from ?? null
      const asked = {
        knownAt: learned(ctx, query.known_at ?? ctx.now()),
        from,
        to: query.to ?? null,
        limit: query.limit,
      }
      const { next, ...page } = await readTimeline(ctx, params.contract_id, asked)
      const lines = page.lines.map((line) => ({ ...line, intervals: [...line.intervals] }))
      const [lifecycle, buyers, transitions] = [[...page.lifecycle], [...page.buyers], [...page.transitions]]
      const next_cursor = next === null ? null : timelineCursor.encode(next)
      return { status: 200, body: { ...page, lifecycle, buyers, lines, transitions, next_cursor } }
    },
  }),
  defineRoute({
    ...read,
    path: '/v1/contracts/{contract_id}/diff',
    summary: 'Read what was learned between two moments about how the contract is at `as_of`',
    params,
    query: strict({ from_known: instantInput, to_known: instantInput.optional(), as_of: instantInput.optional() }),
    responses: { 200: diffResource },
    handler: async (ctx, { params, query }) => {
      const now = ctx.now()
      const [fromKnown, toKnown] = [learned(ctx, query.from_known), learned(ctx, query.to_known ?? now)]
      if (toKnown < fromKnown) refuseInvalid([{ path: 'query.to_known', message: 'is before from_known' }])
      const range = { fromKnown, toKnown, asOf: query.as_of ?? now }
      const { before, after, edits } = await diffKnowledge(ctx, params.contract_id, range)
      return {
        status: 200,
        body: { before, after, edits: edits.map((one) => ({ ...one, payload: { ...one.payload } })) },
      }
    },
  }),
]

/** What will be known later nobody knows: the same question must have the same answer for ever. Clocks of replicas may differ. */
function learned<T extends Instant | null>(ctx: Context, knownAt: T): T {
  const now = ctx.now()
  if (knownAt !== null && knownAt > addMs(now, MINUTE_MS)) refuse('contract.not-known-yet', { known_at: knownAt, now })
  return knownAt
}
