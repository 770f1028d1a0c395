import { component, cursorOf, defineRoute, page, pageQuery, refuseInvalid, strict } from '@draupnir/http'
import { money, toWire } from '@draupnir/money'
import { accountRefSchema, idField, instantField, instantInput, moneyField } from '@draupnir/wire'
import { z } from 'zod'
import { balanceFields, wireBalance } from './account.routes.ts'
import { accountOf } from './account.ts'
import { available, posted } from './balance.ts'
import { readFinancials } from './read-accounts.ts'
import { readBalanceAt, readStatement } from './read-statement.ts'

const balance = z.object(balanceFields)
const line = z.object({
  recorded_at: instantField,
  effective_at: instantField,
  transaction_id: idField('transaction'),
  recipe: z.string(),
  reference: z.string().nullable(),
  movement: z.enum(['pending', 'posted', 'settled', 'voided']),
  debit: moneyField,
  credit: moneyField,
  /** After this line. */
  posted: moneyField,
  available: moneyField,
})
const cursor = cursorOf(z.tuple([instantInput, z.string().regex(/^\d{1,18}$/)]))
const amountText = z.string().regex(/^(0|-?[1-9]\d*)$/)
const section = z.object({ total: amountText, accounts: z.record(z.string(), amountText) })
const tags = ['Ledger']
const scope = 'ledger:read'

export const statementRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/ledger/accounts/{ref}/balance',
    scope,
    summary: 'Shows a balance as of an effective time, as known at a recorded time',
    tags,
    params: strict({ ref: accountRefSchema }),
    query: strict({ effective_at: instantInput.optional(), recorded_at: instantInput.optional() }),
    responses: { 200: component('LedgerBalance', balance.extend({ ref: accountRefSchema })) },
    handler: async (ctx, { params, query }) => {
      const asOf = { effectiveAt: query.effective_at ?? null, recordedAt: query.recorded_at ?? null }
      const found = await readBalanceAt(ctx, params.ref, asOf)
      return { status: 200, body: { ref: params.ref, ...wireBalance(found) } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/ledger/accounts/{ref}/statement',
    scope,
    summary: 'Lists what was recorded for an account in a period, between its opening and its closing balance',
    tags,
    params: strict({ ref: accountRefSchema }),
    query: strict({ ...pageQuery, from: instantInput, to: instantInput }),
    responses: {
      200: component(
        'LedgerStatement',
        z.object({ opening: balance, closing: balance, data: z.array(line), next_cursor: z.string().nullable() }),
      ),
    },
    handler: async (ctx, { params, query }) => {
      const { from, to, limit } = query
      if (to < from) refuseInvalid([{ path: 'query.to', message: 'is before from' }])
      const after = cursor.decode(query.cursor)
      const { opening, closing, lines } = await readStatement(ctx, params.ref, { from, to, after, limit: limit + 1 })
      const account = accountOf(params.ref)
      const usd = (amount: bigint) => toWire(money(amount, account.currency))
      const body = page(
        lines,
        limit,
        (it) => {
          const after = {
            ...opening,
            postedDebits: it.posted_debits,
            postedCredits: it.posted_credits,
            pendingDebits: it.pending_debits,
            pendingCredits: it.pending_credits,
          }
          const { recorded_at, effective_at, transaction_id, recipe, reference, movement } = it
          const head = { recorded_at, effective_at, transaction_id, recipe, reference, movement }
          const amounts = { debit: usd(it.debit), credit: usd(it.credit) }
          return line.parse({ ...head, ...amounts, posted: usd(posted(after)), available: usd(available(after)) })
        },
        (last) => cursor.encode([last.recorded_at, last.version.toString()]),
      )
      return { status: 200, body: { opening: wireBalance(opening), closing: wireBalance(closing), ...body } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/ledger/financial-statements',
    scope,
    summary: 'Shows the balance sheet and the income statement, by currency, in minor units',
    tags,
    responses: {
      200: component(
        'FinancialStatements',
        z.object({
          at: instantField,
          currencies: z.array(
            z.object({
              currency: z.string(),
              assets: section,
              liabilities: section,
              revenue: section,
              expenses: section,
              /** Revenue less expenses: what the owners have earned. */
              income: amountText,
              /** Assets less liabilities less income: always zero. */
              difference: amountText,
            }),
          ),
        }),
      ),
    },
    handler: async (ctx) => ({ status: 200, body: { at: ctx.now(), currencies: await readFinancials(ctx) } }),
  }),
]
