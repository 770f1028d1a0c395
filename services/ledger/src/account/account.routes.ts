import { refuse } from '@draupnir/errors'
import { component, cursorOf, defineRoute, listOf, page, pageQuery, strict } from '@draupnir/http'
import { money, toWire } from '@draupnir/money'
import { accountRefSchema, currencyField, idField, moneyField } from '@draupnir/wire'
import { z } from 'zod'
import { listBalances } from './account.store.ts'
import { type Account, parseAccount } from './account.ts'
import { available, type Balance, pending, posted } from './balance.ts'
import { CHART } from './chart.ts'

export const balanceFields = {
  /** Positive on the account's normal side. */
  posted: moneyField,
  /** What posted would change by if everything pending were booked. */
  pending: moneyField,
  /** Posted less every pending outflow: what may still be moved. */
  available: moneyField,
}

const accountResource = component(
  'LedgerAccount',
  z.object({
    ref: accountRefSchema,
    owner: z.string(),
    account: z.string(),
    currency: currencyField,
    normal_side: z.enum(['debit', 'credit']),
    ...balanceFields,
    version: z.string(),
  }),
)

const cursor = cursorOf(z.tuple([z.string()]))

export const accountRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/ledger/accounts',
    scope: 'ledger:read',
    summary: 'Lists the accounts of the ledger with their balances',
    tags: ['Ledger'],
    query: strict({ ...pageQuery, owner: z.union([z.literal('platform'), idField('party')]).optional() }),
    responses: { 200: listOf(accountResource) },
    handler: async (ctx, { query }) => {
      const [after = null] = cursor.decode(query.cursor) ?? []
      const rows = await listBalances(ctx, { owner: query.owner, after, limit: query.limit + 1 })
      const body = page(rows, query.limit, wireAccount, (last) => cursor.encode([last.account.ref]))
      return { status: 200, body }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/ledger/accounts/{ref}',
    scope: 'ledger:read',
    summary: 'Shows one account of the ledger with its balances',
    tags: ['Ledger'],
    params: strict({ ref: accountRefSchema }),
    responses: { 200: accountResource },
    handler: async (ctx, { params }) => {
      const account = parseAccount(params.ref)
      const [balance] = account === null ? [] : await listBalances(ctx, { ref: account.ref, after: null, limit: 1 })
      if (balance === undefined) refuse('request.not-found', { ref: params.ref })
      return { status: 200, body: wireAccount(balance) }
    },
  }),
]

export function wireBalance(balance: Balance) {
  const { currency } = balance.account
  return {
    posted: toWire(money(posted(balance), currency)),
    pending: toWire(money(pending(balance), currency)),
    available: toWire(money(available(balance), currency)),
  }
}

function wireAccount(balance: Balance) {
  const { ref, owner, name, currency }: Account = balance.account
  return {
    ref,
    owner,
    account: name,
    currency,
    normal_side: CHART[name].normal,
    ...wireBalance(balance),
    version: balance.version.toString(),
  }
}
