import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { bankAccountSchema, idField, instantInput, partySchema, textField } from '@draupnir/wire'
import { z } from 'zod'
import { createParty } from './create-party.ts'
import { listParties, readParty } from './read-party.ts'

const partyResource = component('Party', partySchema)
const partyDetail = component('PartyDetail', partySchema.extend({ bank_accounts: z.array(bankAccountSchema) }))
const cursor = cursorOf(z.tuple([instantInput, idField('party')]))

export const partyRoutes = [
  defineRoute({
    method: 'post',
    path: '/v1/parties',
    scope: 'parties:write',
    summary: 'Creates a buyer or seller and begins its onboarding at the bank partner',
    tags: ['Parties'],
    body: strict({
      name: textField(),
      kind: z.enum(['business', 'individual']),
      roles: z
        .array(z.enum(['buyer', 'seller']))
        .min(1)
        .max(2),
      email: z.email().max(254),
    }),
    responses: { 201: partyResource },
    handler: async (ctx, { body }) => ({ status: 201, body: await createParty(ctx, body) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/parties',
    scope: 'parties:read',
    summary: 'Lists parties, newest first',
    tags: ['Parties'],
    query: strict({ ...pageQuery }),
    responses: { 200: listOf(partyResource) },
    handler: async (ctx, { query }) => {
      const rows = await listParties(ctx, cursor.decode(query.cursor), query.limit + 1)
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
    path: '/v1/parties/{party_id}',
    scope: 'parties:read',
    summary: 'Shows a party with its bank accounts',
    tags: ['Parties'],
    params: strict({ party_id: idField('party') }),
    responses: { 200: partyDetail },
    handler: async (ctx, { params: { party_id } }) => {
      return { status: 200, body: await readParty(ctx, party_id) }
    },
  }),
]
