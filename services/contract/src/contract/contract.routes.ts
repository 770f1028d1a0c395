import { cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { idField, lifecycleSchema } from '@draupnir/wire'
import { z } from 'zod'
import { activateContract } from './activate-contract.ts'
import { addLine } from './add-line.ts'
import {
  activateBody,
  contractResource,
  createBody,
  editResource,
  lineBody,
  terminateBody,
} from './contract.schemas.ts'
import { createContract } from './create-contract.ts'
import { listContracts, listEdits, readContract } from './read-contract.ts'
import { terminateContract } from './terminate-contract.ts'

const tags = ['Contracts']
const params = strict({ contract_id: idField('contract') })
const contractCursor = cursorOf(idField('contract'))
const editCursor = cursorOf(z.number().int().positive())

export const contractRoutes = [
  defineRoute({
    method: 'post',
    path: '/v1/contracts',
    scope: 'contracts:write',
    summary: 'Create a draft contract',
    tags,
    body: createBody,
    responses: { 201: contractResource },
    handler: async (ctx, { body }) => {
      const { id } = await createContract(ctx, body)
      return { status: 201, body: await readContract(ctx, id) }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/contracts/{contract_id}/lines',
    scope: 'contracts:write',
    summary: 'Add a line to a draft or active contract',
    tags,
    params,
    body: lineBody,
    responses: { 201: contractResource },
    handler: async (ctx, { params, body }) => {
      await addLine(ctx, params.contract_id, { ...body, description: body.description ?? body.sku })
      return { status: 201, body: await readContract(ctx, params.contract_id) }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/contracts/{contract_id}/activate',
    scope: 'contracts:write',
    summary: 'Put a contract in force',
    tags,
    params,
    body: activateBody,
    responses: { 200: contractResource },
    handler: async (ctx, { params, body }) => {
      await activateContract(ctx, params.contract_id, body)
      return { status: 200, body: await readContract(ctx, params.contract_id) }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/contracts/{contract_id}/terminate',
    scope: 'contracts:write',
    summary: 'End a contract now, at the end of its billing period or at a date',
    tags,
    params,
    body: terminateBody,
    responses: { 200: contractResource },
    handler: async (ctx, { params, body }) => {
      await terminateContract(ctx, params.contract_id, body)
      return { status: 200, body: await readContract(ctx, params.contract_id) }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/contracts',
    scope: 'contracts:read',
    summary: 'List contracts, newest first',
    tags,
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
    method: 'get',
    path: '/v1/contracts/{contract_id}',
    scope: 'contracts:read',
    summary: 'Read a contract',
    tags,
    params,
    responses: { 200: contractResource },
    handler: async (ctx, { params }) => ({ status: 200, body: await readContract(ctx, params.contract_id) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/contracts/{contract_id}/edits',
    scope: 'contracts:read',
    summary: 'Read the edit log of a contract, oldest first',
    tags,
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
]
