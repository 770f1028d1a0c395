import { REFUSALS, Refusal, required } from '@draupnir/errors'
import { component, defineRoute, strict } from '@draupnir/http'
import { idField, instantField, instantInput, textField } from '@draupnir/wire'
import { z } from 'zod'
import { closePeriod } from './close-period.ts'
import type { Asked } from './draft.ts'
import { acceptedOf } from './post-transaction.ts'
import type { Outcome } from './reduce.ts'
import { endTransaction, submitTransaction, submitTransactions, undoTransaction } from './submit-transactions.ts'
import { resourceOf, transactionResource } from './transaction.resource.ts'
import { asBooked } from './transaction.ts'

const MAX_BULK = 1_000
const tags = ['Ledger']
const scope = 'ledger:write'

const askedFields = {
  /** Code of the recipe that makes the postings. */
  recipe: z.string().min(1).max(60),
  /** What the recipe needs to know. */
  input: z.record(z.string(), z.unknown()),
  state: z.enum(['posted', 'pending']).default('posted'),
  /** What it is about; a recipe books it once. */
  reference: textField().optional(),
  /** Now, when left out; may lie in the past while the period is open. */
  effective_at: instantInput.optional(),
  /** When a pending transaction voids itself. */
  expires_at: instantInput.optional(),
}
const askedBody = strict(askedFields)
const dry = { dry_run: z.enum(['true', 'false']).default('false') }
const byId = strict({ transaction_id: idField('transaction') })

const bulkResult = component(
  'LedgerBulkResult',
  z.object({
    status: z.enum(['accepted', 'replayed', 'refused']),
    transaction: transactionResource.nullable(),
    problem: z.object({ code: z.string(), title: z.string(), context: z.record(z.string(), z.unknown()) }).nullable(),
  }),
)

export const postRoutes = [
  defineRoute({
    method: 'post',
    path: '/v1/ledger/transactions',
    scope,
    summary: 'Books one transaction through a recipe; with `dry_run=true` it only says what would happen',
    tags,
    query: strict(dry),
    body: askedBody,
    responses: { 200: transactionResource, 201: transactionResource },
    idempotency: 'own',
    handler: async (ctx, { query, body, idempotencyKey }) => {
      const isDry = query.dry_run === 'true'
      const outcome = await submitTransaction(ctx, askedOf(body), keyOf(idempotencyKey), isDry)
      const answer = resourceOf(asBooked(acceptedOf(outcome)))
      return isDry ? { status: 200, body: answer } : { status: 201, body: answer, headers: replayed(outcome) }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/ledger/transactions/bulk',
    scope,
    summary: 'Books up to a thousand transactions: `together` all or none, `each` on its own merits',
    tags,
    query: strict(dry),
    body: strict({
      mode: z.enum(['each', 'together']).default('each'),
      transactions: z.array(askedBody).min(1).max(MAX_BULK),
    }),
    responses: { 200: z.object({ results: z.array(bulkResult) }) },
    idempotency: 'own',
    handler: async (ctx, { query, body, idempotencyKey }) => {
      const options = { together: body.mode === 'together', dry: query.dry_run === 'true' }
      const outcomes = await submitTransactions(ctx, body.transactions.map(askedOf), keyOf(idempotencyKey), options)
      const all = outcomes.every((outcome) => outcome.type === 'replayed')
      const body200 = { results: outcomes.map(resultOf) }
      return { status: 200, body: body200, headers: all ? REPLAYED : NO_HEADERS }
    },
  }),
  ...(['post', 'void'] as const).map((verb) =>
    defineRoute({
      method: 'post',
      path: `/v1/ledger/transactions/{transaction_id}/${verb}`,
      scope,
      summary: verb === 'post' ? 'Posts a pending transaction' : 'Voids a pending transaction',
      tags,
      params: byId,
      responses: { 200: transactionResource },
      idempotency: 'own',
      handler: async (ctx, { params, idempotencyKey }) => {
        const type = verb === 'post' ? 'settle' : 'void'
        const outcome = await endTransaction(ctx, params.transaction_id, type, keyOf(idempotencyKey))
        return { status: 200, body: resourceOf(acceptedOf(outcome)), headers: replayed(outcome) }
      },
    }),
  ),
  defineRoute({
    method: 'post',
    path: '/v1/ledger/transactions/{transaction_id}/undo',
    scope,
    summary: 'Books the mirror of a posted transaction',
    tags,
    params: byId,
    responses: { 201: transactionResource },
    idempotency: 'own',
    handler: async (ctx, { params, idempotencyKey }) => {
      const outcome = await undoTransaction(ctx, params.transaction_id, keyOf(idempotencyKey))
      return { status: 201, body: resourceOf(acceptedOf(outcome)), headers: replayed(outcome) }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/ledger/closings',
    scope,
    summary: 'Closes the books up to a moment: nothing becomes effective there any more',
    tags,
    body: strict({ closed_through: instantInput }),
    responses: { 201: component('LedgerClosing', z.object({ closed_through: instantField })) },
    handler: async (ctx, { body }) => ({
      status: 201,
      body: { closed_through: await closePeriod(ctx, body.closed_through) },
    }),
  }),
]

const NO_HEADERS: Readonly<Record<string, string>> = {}
const REPLAYED: Readonly<Record<string, string>> = { 'idempotent-replayed': 'true' }

function replayed(outcome: Outcome) {
  return outcome.type === 'replayed' ? REPLAYED : NO_HEADERS
}

// The framework has refused a request without a key.
function keyOf(key: string | null): string {
  return required(key, 'the route asks for a key')
}

function askedOf(body: z.output<typeof askedBody>): Asked {
  const { recipe, input, state, reference = null, effective_at = null, expires_at = null } = body
  return { recipe, input, state, reference, effectiveAt: effective_at, expiresAt: expires_at }
}

function resultOf(outcome: Outcome) {
  if (outcome.type !== 'refused') {
    return { status: outcome.type, transaction: resourceOf(asBooked(outcome.transaction)), problem: null }
  }
  const { code, context } = new Refusal(outcome.code, outcome.context)
  return {
    status: outcome.type,
    transaction: null,
    problem: { code, title: REFUSALS[code].title, context: JSON.parse(JSON.stringify(context)) },
  }
}
